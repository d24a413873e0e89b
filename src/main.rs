//! The bayplan binary: hands its arguments to the library and its exit code to the caller.

fn main() -> std::process::ExitCode {
    bayplan::cli::main()
}

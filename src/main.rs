//! The bayplan binary: hands its arguments to the library and its exit code to the caller.

/// Most of what the compiler does is making and dropping small maps and strings, from several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    bayplan::cli::main()
}

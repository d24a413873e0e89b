//! The program as a process: its streams, its memory, what it asks of the system.

use crate::support::{Fleet, program};
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn what_is_too_large_is_not_read() {
    let fleet = Fleet::new();
    let file = File::create(fleet.root.join("site-specs/large.yaml")).expect("can be made");
    file.set_len(300 << 20).expect("can grow");
    let start = Instant::now();
    let run = fleet.run(&["check"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("site-specs/large.yaml is larger than the limit of 4 MiB"), "{}", run.stderr);
    assert!(start.elapsed() < Duration::from_secs(20), "300 MiB were read");
}

#[test]
fn messages_about_long_lines_are_short() {
    let fleet = Fleet::new();
    fleet.write(
        "site-specs/long.yaml",
        &format!("apiVersion: bayplan/v1\nkind: Tenant\nlong: [{}\n", "x, ".repeat(1 << 20)),
    );
    let run = fleet.run(&["check"]);
    assert_eq!(run.code, 1, "{}", &run.stderr[..run.stderr.len().min(2000)]);
    assert!(run.stderr.lines().all(|line| line.len() < 300), "{} bytes were printed", run.stderr.len());
}

#[test]
#[cfg(unix)]
fn little_memory_is_enough() {
    let fleet = Fleet::new();
    let run = |text: String| {
        fleet.write("site-specs/hostile.yaml", &text);
        let output = Command::new("sh")
            .args(["-c", "ulimit -v 524288 && exec \"$0\" check --threads 2", env!("CARGO_BIN_EXE_bayplan")])
            .current_dir(&fleet.root)
            .output()
            .expect("sh runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let tenant = "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: hostile}\nspec:\n  values:\n";
    let (code, stderr) = run(format!("{tenant}    a: 1\n"));
    assert_eq!(code, Some(0), "{stderr}");
    let mut bomb = format!("{tenant}    a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (name, below) in ('b'..='i').zip('a'..='h') {
        bomb.push_str(&format!("    {name}: &{name} [{}]\n", vec![format!("*{below}"); 10].join(", ")));
    }
    for hostile in [
        bomb,
        format!("{tenant}    a: {}\n", "[".repeat(4_000_000)),
        format!("{tenant}    {}\n", "a: ".repeat(1_000_000)),
    ] {
        let (code, stderr) = run(hostile);
        assert_eq!(code, Some(1), "{}", &stderr[..stderr.len().min(2000)]);
    }
}

#[test]
#[cfg(unix)]
fn a_closed_pipe_is_no_panic() {
    let fleet = Fleet::new();
    let mut child = program()
        .args(["render", "--out", "-"])
        .current_dir(&fleet.root)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bayplan runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    // Whoever reads along decides when it is enough; the command ends as it would have.
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(!stderr.contains("panicked") && !stderr.contains("error"), "{stderr}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_report_that_cannot_be_written_is_a_failure() {
    let fleet = Fleet::new();
    for arguments in [&["render", "--out", "-"][..], &["check", "--format", "json"], &["list", "objects"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("can be opened");
        let output = program().args(arguments).current_dir(&fleet.root).stdout(full).output().expect("bayplan runs");
        assert_eq!(output.status.code(), Some(4), "{arguments:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("cannot write to standard output"), "{arguments:?}: {stderr}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_compile_starts_no_program_and_opens_no_socket() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: there is no strace");
        return;
    }
    let fleet = Fleet::new();
    let log = fleet.around().join("log");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=network,execve,execveat,openat", "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_bayplan"))
        .args(["render", "--out", "../out"])
        .current_dir(&fleet.root)
        // Where the test runner has the loader look as well.
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .expect("strace runs");
    if !log.exists() {
        println!("skipped: strace may not trace here: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let log = fs::read_to_string(log).expect("can be read");
    let around = fleet.around().to_str().expect("UTF-8");
    let mut programs = 0;
    for line in log.lines() {
        if line.contains(" = -1 ") || line.contains(" resumed>") {
            continue;
        } else if line.contains("execve") {
            programs += 1;
        } else if let Some((_, path)) = line.split_once("openat(").and_then(|(_, rest)| rest.split_once('"')) {
            let path = path.split('"').next().unwrap_or_default();
            let is_system =
                ["/proc/", "/sys/", "/etc/ld.so", "/lib", "/usr/lib", "/dev/"].iter().any(|own| path.starts_with(own));
            assert!(is_system || !path.starts_with('/') || path.starts_with(around), "opened: {line}");
        } else {
            assert!(line.contains("+++") || line.contains("---"), "{line}");
        }
    }
    assert_eq!(programs, 1, "no program but itself:\n{log}");
}

//! What the kernel says of this process, by proc(5). What cannot be read is left out.

use std::path::Path;

/// Ticks of a second in what proc(5) tells, on every Linux.
const TICKS: f64 = 100.0;

/// In seconds, bytes and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Process {
    pub cpu_seconds: Option<f64>,
    pub start_seconds: Option<f64>,
    pub threads: Option<f64>,
    pub resident_bytes: Option<f64>,
    pub virtual_bytes: Option<f64>,
    pub open_fds: Option<f64>,
    pub max_fds: Option<f64>,
}

impl Process {
    pub fn read() -> Self {
        let text = |file: &str| std::fs::read_to_string(Path::new("/proc").join(file)).unwrap_or_default();
        let open = std::fs::read_dir("/proc/self/fd").map(Iterator::count).ok();
        // one of them is the folder itself
        let open_fds = open.map(|count| count.saturating_sub(1) as f64);
        Self { open_fds, ..Self::parse(&text("self/stat"), &text("self/status"), &text("self/limits"), &text("stat")) }
    }

    fn parse(stat: &str, status: &str, limits: &str, system: &str) -> Self {
        // the name of the process is in brackets, and may hold anything
        let fields: Vec<&str> = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ').collect()).unwrap_or_default();
        let field = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.split_whitespace().next()?.parse::<f64>().ok()? * 1024.0)
        };
        let boot = system.lines().find_map(|line| line.strip_prefix("btime ")).and_then(|at| at.parse::<f64>().ok());
        let most = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
        Self {
            cpu_seconds: field(14).zip(field(15)).map(|(user, system)| (user + system) / TICKS),
            start_seconds: boot.zip(field(22)).map(|(boot, since)| boot + since / TICKS),
            threads: field(20),
            resident_bytes: kib("VmRSS:"),
            virtual_bytes: kib("VmSize:"),
            open_fds: None,
            max_fds: most.and_then(|most| most.split_whitespace().next()?.parse().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_found_behind_any_name() {
        let stat = "7 (a) b) S 1 1 1 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 9 0 12345 1000 200 18446744073709551615";
        let status = "Name:\tx\nVmSize:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096      files\n";
        let found = Process::parse(stat, status, limits, "cpu 1 2\nbtime 1000\n");
        assert_eq!(
            found,
            Process {
                cpu_seconds: Some(2.0),
                start_seconds: Some(1123.45),
                threads: Some(9.0),
                resident_bytes: Some(1_048_576.0),
                virtual_bytes: Some(2_097_152.0),
                open_fds: None,
                max_fds: Some(1024.0),
            }
        );
        assert_eq!(Process::parse("", "", "", ""), Process::default());
    }

    #[test]
    fn this_process_is_there() {
        let here = Process::read();
        assert!(here.open_fds.is_some_and(|count| count >= 3.0) && here.resident_bytes.is_some(), "{here:?}");
    }
}

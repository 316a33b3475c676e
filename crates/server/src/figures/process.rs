//! What the process uses, as the system says.

use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

/// `None`: this system does not say.
pub(super) struct Used {
    pub(super) cpu: Duration,
    pub(super) resident_bytes: Option<u64>,
    pub(super) open_files: Option<u64>,
    pub(super) most_files: Option<u64>,
}

pub(super) fn used() -> Used {
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    Used {
        cpu: Duration::try_from(cpu).unwrap_or_default(),
        resident_bytes: std::fs::read_to_string("/proc/self/status").ok().and_then(|text| resident(&text)),
        // The folder itself is open while it is read.
        open_files: std::fs::read_dir("/proc/self/fd")
            .ok()
            .map(|files| files.count().saturating_sub(1) as u64),
        most_files: getrlimit(Resource::Nofile).current,
    }
}

/// proc(5): `VmRSS:      1234 kB`.
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_as_the_system_writes_it() {
        assert_eq!(resident("VmSize:\t  9000 kB\nVmRSS:\t   1234 kB\n"), Some(1234 * 1024));
        assert_eq!(resident("Name:\tx\n"), None);
        #[cfg(target_os = "linux")]
        assert!(used().resident_bytes.is_some() && used().open_files.is_some());
    }
}

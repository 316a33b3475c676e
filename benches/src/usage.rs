//! What a process has used, from `/proc` (proc(5)).

use anyhow::{Context, bail};

/// Ticks a second of `/proc/PID/stat`, the same on every Linux.
const TICKS: f64 = 100.0;

/// CPU seconds of a process so far.
pub(crate) fn cpu_seconds(pid: u32) -> anyhow::Result<f64> {
    let fields = stat(&pid.to_string())?;
    Ok((fields[0] + fields[1]) / TICKS)
}

/// CPU seconds of this process and of the children it has waited for.
pub(crate) fn own_cpu_seconds() -> anyhow::Result<f64> {
    Ok(stat("self")?.iter().sum::<f64>() / TICKS)
}

/// Seconds that a core was busy so far, whoever had it; what the hypervisor took counts as busy.
pub(crate) fn core_busy_seconds(core: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let own = format!("cpu{core} ");
    let line = stat.lines().find_map(|line| line.strip_prefix(&own)).context("no such core")?;
    let ticks: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [user, nice, system, _idle, _waiting, irq, softirq, stolen, ..] = ticks[..] else {
        bail!("the core's line is short")
    };
    Ok((user + nice + system + irq + softirq + stolen) / TICKS)
}

/// CPU nanoseconds of this thread so far: the first field of `/proc/thread-self/schedstat`.
pub(crate) fn thread_cpu_nanos() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(stat.split(' ').next().context("schedstat is empty")?.parse()?)
}

/// Resident memory in MB (10⁶ bytes).
pub(crate) fn resident_megabytes(pid: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}

/// `utime`, `stime`, `cutime`, `cstime`: fields 14 to 17.
fn stat(process: &str) -> anyhow::Result<[f64; 4]> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // Field 2 is a name in brackets that may hold anything.
    let (_, behind) = stat.rsplit_once(") ").context("no name in stat")?;
    let fields: Vec<&str> = behind.split(' ').collect();
    let mut times = [0.0; 4];
    for (time, field) in times.iter_mut().zip(fields.get(11..15).context("stat is short")?) {
        *time = field.parse()?;
    }
    Ok(times)
}

//! The machine that figures are of, and where on it threads run.

use std::fs;
use std::process::Command;
use std::time::Duration;

/// What belongs beside every figure.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Pairs of a name and what was found, in the order to print.
    pub facts: Vec<(&'static str, String)>,
}

impl Machine {
    /// Looks it all up. What cannot be found says so.
    #[must_use]
    pub fn look() -> Self {
        let unknown = || "unknown".to_owned();
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let governor = read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
        let virtual_machine = if cpuinfo.contains(" hypervisor") {
            let product = read("/sys/class/dmi/id/product_name").unwrap_or_default();
            format!("yes {product}").trim_end().to_owned()
        } else {
            "no sign of it".to_owned()
        };
        let dirty = run("git", &["status", "--porcelain", "--untracked-files=no"]);
        let commit = run("git", &["rev-parse", "--short=12", "HEAD"]).map(|commit| {
            let changed = dirty.is_none_or(|changes| !changes.is_empty());
            format!("{commit}{}", if changed { " (dirty)" } else { "" })
        });
        Self {
            facts: vec![
                (
                    "processor",
                    field(&cpuinfo, "model name").unwrap_or_else(unknown),
                ),
                ("cores", cores().len().to_string()),
                ("virtual machine", virtual_machine),
                (
                    "frequency governor",
                    governor.unwrap_or_else(|| "not readable".to_owned()),
                ),
                (
                    "kernel",
                    read("/proc/sys/kernel/osrelease").unwrap_or_else(unknown),
                ),
                (
                    "compiler",
                    run("rustc", &["--version"]).unwrap_or_else(unknown),
                ),
                ("commit", commit.unwrap_or_else(unknown)),
                (
                    "date",
                    run("date", &["-u", "+%Y-%m-%d %H:%M UTC"]).unwrap_or_else(unknown),
                ),
            ],
        }
    }
}

fn read(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned())
}

fn run(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The value of `name : value` in a text of such lines.
fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

#[cfg(target_os = "linux")]
mod system {
    use super::Duration;
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    use rustix::time::{ClockId, clock_gettime};
    use std::sync::OnceLock;

    /// The cores that the process was started on; threads are pinned later.
    pub fn cores() -> &'static [usize] {
        static CORES: OnceLock<Vec<usize>> = OnceLock::new();
        CORES.get_or_init(|| match sched_getaffinity(None) {
            Ok(set) => (0..CpuSet::MAX_CPU)
                .filter(|&cpu| set.is_set(cpu))
                .collect(),
            Err(_) => Vec::new(),
        })
    }

    /// Keeps the calling thread on these cores.
    ///
    /// # Panics
    /// If the system refuses.
    pub fn pin(to: &[usize]) {
        let mut set = CpuSet::new();
        to.iter().for_each(|&cpu| set.set(cpu));
        sched_setaffinity(None, &set).expect("the system pins a thread");
    }

    /// Time that the calling thread has run.
    #[must_use]
    pub fn thread_time() -> Duration {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Duration;

    /// No cores are known here, so nothing of two threads is measured.
    pub fn cores() -> &'static [usize] {
        &[]
    }

    /// Nothing is pinned here.
    pub fn pin(_to: &[usize]) {}

    /// The time of a thread is not known here.
    #[must_use]
    pub fn thread_time() -> Duration {
        Duration::ZERO
    }
}

pub use system::{cores, pin, thread_time};

/// Two cores to run two threads on, if there are two.
#[must_use]
pub fn two_cores() -> Option<(usize, usize)> {
    match cores() {
        [first, second, ..] => Some((*first, *second)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 17\nmodel name\t: Some CPU\n";
        assert_eq!(field(text, "model name").as_deref(), Some("Some CPU"));
        assert_eq!(field(text, "name"), None);
    }

    #[test]
    fn a_busy_thread_has_run_and_a_sleeping_one_has_not() {
        if cores().is_empty() {
            return;
        }
        let before = thread_time();
        std::thread::sleep(Duration::from_millis(30));
        let asleep = thread_time() - before;
        assert!(asleep < Duration::from_millis(15), "{asleep:?}");
    }
}

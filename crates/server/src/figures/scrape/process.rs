//! What the process uses.

use crate::figures::process;
use crate::figures::text::Text;

pub(super) fn write(text: &mut Text) {
    let used = process::used();
    text.counter("process_cpu_seconds_total", "Processor time of the process.")
        .sample(&[], used.cpu.as_secs_f64());
    if let Some(bytes) = used.resident_bytes {
        text.gauge("process_resident_memory_bytes", "Memory of the process.").sample(&[], bytes);
    }
    if let Some(open) = used.open_files {
        text.gauge("process_open_fds", "Files and sockets that are open.").sample(&[], open);
    }
    if let Some(most) = used.most_files {
        text.gauge("process_max_fds", "Files and sockets that may be open.").sample(&[], most);
    }
}

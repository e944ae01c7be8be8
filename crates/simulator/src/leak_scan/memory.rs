//! The memory of a running process, where Linux lets it be read: by its owner's other processes or by root.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use super::{Scanned, Scanner};

impl Scanner {
    /// Everything that the process can write to: heap, stacks, data. The program's own text is left out; every party
    /// is the same one.
    pub fn memory(&self, process: u32, place: &str, scanned: &mut Scanned) -> io::Result<()> {
        let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
        let memory = File::open(format!("/proc/{process}/mem"))?;
        for (from, to) in maps.lines().filter_map(writable) {
            self.read(Region { memory: &memory, at: from, to }, place, scanned)?;
        }
        Ok(())
    }
}

/// `7f…-7f… rw-p …`
fn writable(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split(' ');
    let (from, to) = words.next()?.split_once('-')?;
    words.next()?.starts_with("rw").then_some(())?;
    Some((u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?))
}

struct Region<'a> {
    memory: &'a File,
    at: u64,
    to: u64,
}

impl Read for Region<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.to - self.at).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        // A region that the process has given back meanwhile, or that nothing can be read of, ends here.
        let read = self.memory.read_at(&mut buffer[..wanted], self.at).unwrap_or(0);
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::super::{Kind, Wanted};
    use super::*;

    #[test]
    fn a_value_in_the_memory_of_a_process_is_found_and_none_where_there_is_none() {
        let mut wanted = Wanted::default();
        wanted.text(Kind::Planted, "234567890123");
        let scanner = wanted.scanner();
        for (planted, expected) in [("234567890123", 1), ("234567890124", 0)] {
            // It waits until its input ends, and has its environment on its stack.
            let mut child = Command::new("cat")
                .env("PLANTED", planted)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            let mut seen = Scanned::default();
            scanner.memory(child.id(), "memory", &mut seen).unwrap();
            assert!(child.wait().unwrap().success());
            assert_eq!(seen.total().min(1), expected);
            assert!(seen.bytes > 100_000);
        }
    }

    #[test]
    fn what_a_process_cannot_write_to_is_left_out() {
        assert_eq!(writable("7f01-7f0a rw-p 00000000 00:00 0"), Some((0x7f01, 0x7f0a)));
        assert_eq!(writable("7f01-7f0a r-xp 00000000 08:01 12 /bin/x"), None);
    }
}

#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pmh_fuzzed::key_ring_file(bytes));

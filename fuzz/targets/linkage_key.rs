#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pmh_fuzzed::linkage_key(bytes));

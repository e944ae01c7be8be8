//! A vendor's header row becomes ours while a file goes by.

use super::{
    layout::CsvLayout,
    reader::Charset,
    splitter::{Begun, Splitter, Start},
    writer::{line_ends, push_cell},
};
use crate::{Encoding, LINE_BYTES_MAX, encoding::BOM};

/// Bytes that may wait for the first character that is not ASCII. They decide in what encoding a heading is written
/// that is not ASCII either.
const HELD_BYTES_MAX: usize = 2 * LINE_BYTES_MAX;

/// Replaces the header row of a file by what it means in our own layout. Every other byte stays as it is, so line and
/// column of whatever is found in the file are those of the vendor's own. It refuses nothing: a header that cannot be
/// read passes unchanged, for its reader to say what is wrong with it.
pub struct HeaderTranslator {
    layout: CsvLayout,
    start: Start,
    splitter: Splitter,
    charset: Charset,
    state: State,
}

enum State {
    /// All bytes until now, and the header when they hold it.
    Held {
        bytes: Vec<u8>,
        header: Option<Header>,
    },
    Through,
}

struct Header {
    headings: Vec<String>,
    /// Of the held bytes, with what ends the row.
    from: usize,
    to: usize,
}

impl HeaderTranslator {
    /// Without an encoding that of the file is found out as [`CsvReader`](super::CsvReader) does.
    pub fn new(encoding: Option<Encoding>, layout: CsvLayout) -> Self {
        Self {
            layout,
            start: Start::default(),
            splitter: Splitter::new(),
            charset: Charset::new(encoding),
            state: State::Held { bytes: Vec::new(), header: None },
        }
    }

    /// Whether the header is done with: bytes pass as they are from here on.
    pub fn is_through(&self) -> bool {
        matches!(self.state, State::Through)
    }

    /// Of the file. `None` until it is decided, and of a file that is ASCII so far.
    pub fn encoding(&self) -> Option<Encoding> {
        self.charset.encoding
    }

    /// What is to be sent for these bytes, and for those before them that were held back.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let State::Held { bytes: held, .. } = &mut self.state else { return bytes.to_vec() };
        held.extend_from_slice(bytes);
        let length = held.len();
        let readable = match self.start.push(bytes) {
            Begun::Undecided => true,
            Begun::Plain(before, rest) => self.look(before, length - rest.len()) && self.look(rest, length),
            Begun::Marked(rest) => self.charset.marked().is_ok() && self.look(rest, length),
        };
        if readable && length <= HELD_BYTES_MAX && !self.can_be_written() { Vec::new() } else { self.end() }
    }

    /// What was held back when the file ends.
    pub fn finish(&mut self) -> Vec<u8> {
        if let Ok(true) = self.splitter.finish() {
            self.record(self.held_bytes());
        }
        self.end()
    }

    /// Looks at bytes that end where the first `end` of those held do. `false` if no header can be read.
    fn look(&mut self, mut bytes: &[u8], end: usize) -> bool {
        loop {
            match self.splitter.split(&mut bytes) {
                Ok(true) if self.record(end - bytes.len()) => {}
                Ok(false) => return true,
                Ok(true) | Err(_) => return false,
            }
        }
    }

    /// The record at hand ends after so many of the held bytes. `false` if it is a header that cannot be read.
    fn record(&mut self, to: usize) -> bool {
        self.charset.look_at(self.splitter.bytes());
        let State::Held { bytes, header: header @ None } = &mut self.state else { return true };
        if self.splitter.has_too_many_columns() {
            return false;
        }
        let decoded = self.splitter.fields().map(|field| self.charset.decode(field).map(String::from));
        let Some(headings) = decoded.collect() else { return false };
        let marked = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        let blank = bytes[marked..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        *header = Some(Header { headings, from: marked + blank, to });
        true
    }

    /// ASCII is the same in every encoding.
    fn can_be_written(&self) -> bool {
        let State::Held { header: Some(header), .. } = &self.state else { return false };
        let mut ours = header.headings.iter().map(|heading| self.layout.ours(heading));
        self.charset.encoding.is_some() || ours.all(|heading| heading.is_ascii())
    }

    fn held_bytes(&self) -> usize {
        match &self.state {
            State::Held { bytes, .. } => bytes.len(),
            State::Through => 0,
        }
    }

    fn end(&mut self) -> Vec<u8> {
        match std::mem::replace(&mut self.state, State::Through) {
            State::Held { bytes, header: Some(header) } => self.translated(&bytes, &header).unwrap_or(bytes),
            State::Held { bytes, header: None } => bytes,
            State::Through => Vec::new(),
        }
    }

    /// `None` if the encoding has no place for a heading of the layout.
    fn translated(&self, bytes: &[u8], header: &Header) -> Option<Vec<u8>> {
        let encoding = self.charset.encoding.unwrap_or(Encoding::Utf8);
        let mut row = Vec::new();
        for (index, heading) in header.headings.iter().enumerate() {
            if index > 0 {
                row.push(b',');
            }
            push_cell(&mut row, &encoding.encode(&self.layout.ours(heading))?);
        }
        if row.is_empty() {
            // One empty heading: a blank line would make the next row the header.
            row.extend_from_slice(b"\"\"");
        }
        let (before, was) = (&bytes[..header.from], &bytes[header.from..header.to]);
        let ending = was.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
        // A heading of several lines becomes one of a single line: blank lines keep the rows on theirs.
        let lost = line_ends(&was[..ending]).saturating_sub(line_ends(&row));
        let blank = vec![b'\n'; usize::try_from(lost).ok()?];
        Some([before, &blank, &row, &was[ending..], &bytes[header.to..]].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        CsvReader, Row,
        sample::{official, record},
        write_csv,
    };

    const LAYOUT: &str = r#"
        ignore = ["宛名番号"]
        [columns]
        "ﾏｲﾅﾝﾊﾞｰ" = "myNumber"
        "証,名" = "certificationName"
        "発行" = "certificationDetail.1.発行機関名"
    "#;

    fn layout(text: &str) -> CsvLayout {
        CsvLayout::from_toml(text).unwrap()
    }

    fn translated_in(bytes: &[u8], piece: usize, layout: &CsvLayout) -> Vec<u8> {
        let mut translator = HeaderTranslator::new(None, layout.clone());
        let mut out: Vec<u8> = bytes.chunks(piece).flat_map(|piece| translator.push(piece)).collect();
        out.extend(translator.finish());
        assert!(translator.is_through());
        out
    }

    /// The same however it is cut.
    fn translated(bytes: &[u8]) -> Vec<u8> {
        let at_once = translated_in(bytes, usize::MAX, &layout(LAYOUT));
        for piece in [1, 2, 3, 7] {
            assert!(translated_in(bytes, piece, &layout(LAYOUT)) == at_once, "in pieces of {piece}");
        }
        at_once
    }

    fn text(text: &str) -> String {
        String::from_utf8(translated(text.as_bytes())).unwrap()
    }

    #[test]
    fn the_header_becomes_ours_and_every_other_byte_stays() {
        assert_eq!(
            text("宛名番号,ﾏｲﾅﾝﾊﾞｰ,\"証,名\",氏名,未知\r\n1,\"2\",x\"y,\r\n\n"),
            "#宛名番号,myNumber,certificationName,氏名,未知\r\n1,\"2\",x\"y,\r\n\n"
        );
        assert_eq!(text("\u{feff}ﾏｲﾅﾝﾊﾞｰ\n1"), "\u{feff}myNumber\n1");
        assert_eq!(text("ﾏｲﾅﾝﾊﾞｰ"), "myNumber", "a header without a line end");
    }

    #[test]
    fn rows_stay_on_their_lines() {
        let layout = layout("[columns]\n\"個人\\n番号\" = \"myNumber\"");
        let out = translated_in("\n\"個人\n番号\",氏名\n1,2\n".as_bytes(), usize::MAX, &layout);
        assert_eq!(String::from_utf8(out).unwrap(), "\n\nmyNumber,氏名\n1,2\n");
    }

    #[test]
    fn a_header_of_one_empty_heading_stays_the_header() {
        assert_eq!(text("\r\n\"\"\nad\n"), "\r\n\"\"\nad\n");
    }

    #[test]
    fn a_heading_is_written_in_the_encoding_of_the_file() {
        let file = |encoding: Encoding| {
            let text = encoding.encode("ﾏｲﾅﾝﾊﾞｰ,発行,証\n1,大阪市,\n").unwrap().into_owned();
            let expected = "myNumber,certificationDetail.1.発行機関名,証\n1,大阪市,\n";
            (text, encoding.encode(expected).unwrap().into_owned())
        };
        for encoding in [Encoding::Utf8, Encoding::Cp932] {
            let (sent, expected) = file(encoding);
            assert!(translated(&sent) == expected, "{encoding}");
        }
    }

    #[test]
    fn a_header_of_ascii_waits_for_the_row_that_tells_the_encoding() {
        let layout = layout("[columns]\nISSUER = \"certificationDetail.1.発行機関名\"");
        let sent = Encoding::Cp932.encode("ISSUER\nabc\n大阪市\n").unwrap().into_owned();
        let expected = Encoding::Cp932.encode("certificationDetail.1.発行機関名\nabc\n大阪市\n").unwrap();
        assert!(translated_in(&sent, 1, &layout) == *expected);
        let ascii = translated_in(b"ISSUER\nabc\n", 1, &layout);
        assert_eq!(ascii, "certificationDetail.1.発行機関名\nabc\n".as_bytes());
        let mut translator = HeaderTranslator::new(None, layout);
        let piece = b"ISSUER\n".repeat(LINE_BYTES_MAX);
        translator.push(&piece);
        assert!(translator.is_through(), "not more than so much is held");
    }

    #[test]
    fn what_cannot_be_read_passes_unchanged() {
        for bytes in [&b""[..], b"\n\n", b"\"open", b"\x81\xff,a\n1,2\n"] {
            assert!(translated(bytes) == bytes, "{bytes:x?}");
        }
        let wide = ["a,".repeat(300), "\n".to_owned()].concat();
        assert_eq!(text(&wide), wide);
    }

    #[test]
    fn a_translated_file_reads_as_the_vendors_own_does() {
        let records = [record(&official()), record(&official())];
        let ours = write_csv(records.iter(), Encoding::Cp932).unwrap();
        let number = Encoding::Cp932.encode("個人番号").unwrap();
        let at = ours.windows(number.len()).position(|bytes| bytes == &*number).unwrap();
        let vendors = Encoding::Cp932.encode("ﾏｲﾅﾝﾊﾞｰ").unwrap();
        let file = [&ours[..at], &vendors, &ours[at + number.len()..]].concat();
        let read = |bytes: &[u8], layout: CsvLayout| -> Vec<Row> {
            let mut reader = CsvReader::with_layout(None, layout);
            let mut rows = reader.push(bytes).unwrap();
            rows.extend(reader.finish().unwrap());
            rows
        };
        let here = read(&file, layout(LAYOUT));
        assert_eq!(here.len(), 2);
        assert!(here == read(&translated(&file), CsvLayout::default()));
    }
}

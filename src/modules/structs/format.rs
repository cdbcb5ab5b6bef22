//! The format strings of `struct`.

/// One item of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) code: u8,
    /// Repetitions; for `s` and `p` the length.
    pub(super) count: usize,
    pub(super) size: usize,
    /// Padding before it.
    pub(super) pad: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Format {
    pub(super) items: Vec<Item>,
    pub(super) big: bool,
    pub(super) native: bool,
    pub(super) size: usize,
    /// Number of values.
    pub(super) values: usize,
}

/// Size of a code, and its alignment when native.
fn size_of_code(code: u8, native: bool) -> Option<usize> {
    Some(match code {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' if native => 8,
        b'l' | b'L' => 4,
        b'q' | b'Q' | b'd' => 8,
        b'n' | b'N' | b'P' if native => 8,
        _ => return None,
    })
}

impl Format {
    /// The layout that a format string describes, or what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Format, String> {
        let bytes = text.as_bytes();
        if bytes.contains(&0) {
            return Err("embedded null character".to_owned());
        }
        let (native, big, start) = match bytes.first() {
            Some(b'@') => (true, cfg!(target_endian = "big"), 1),
            Some(b'=') => (false, cfg!(target_endian = "big"), 1),
            Some(b'<') => (false, false, 1),
            Some(b'>' | b'!') => (false, true, 1),
            _ => (true, cfg!(target_endian = "big"), 0),
        };
        let mut format = Format { items: Vec::new(), big, native, size: 0, values: 0 };
        let mut at = start;
        while at < bytes.len() {
            if bytes[at].is_ascii_whitespace() {
                at += 1;
                continue;
            }
            let mut count: Option<usize> = None;
            while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                let value =
                    count.unwrap_or(0).checked_mul(10).and_then(|value| value.checked_add(usize::from(digit - b'0')));
                count = Some(value.filter(|&value| value <= isize::MAX as usize).ok_or("total struct size too long")?);
                at += 1;
            }
            let Some(&code) = bytes.get(at) else {
                return Err("repeat count given without format specifier".to_owned());
            };
            at += 1;
            let size = size_of_code(code, native).ok_or("bad char in struct format")?;
            let count = count.unwrap_or(1);
            let pad =
                if native && !matches!(code, b'x' | b's' | b'p') { (size - format.size % size) % size } else { 0 };
            let total = count.checked_mul(size).and_then(|total| total.checked_add(pad + format.size));
            format.size = total.filter(|&total| total <= isize::MAX as usize).ok_or("total struct size too long")?;
            format.values += match code {
                b'x' => 0,
                b's' | b'p' => 1,
                _ => count,
            };
            format.items.push(Item { code, count, size, pad });
        }
        Ok(format)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lays_out_as_c() {
        assert_eq!(Format::parse("bi").map(|format| format.size), Ok(8));
        assert_eq!(Format::parse("<bi").map(|format| format.size), Ok(5));
        assert_eq!(Format::parse("3s2xq").map(|format| (format.size, format.values)), Ok((16, 2)));
        assert!(Format::parse("<n").is_err() && Format::parse("z").is_err() && Format::parse("3").is_err());
    }
}

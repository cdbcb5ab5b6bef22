use std::sync::Arc;

use crate::ast::Span;

/// The source text with an index of its lines.
///
/// The text is what the parser saw: without a byte-order mark, line ends as `\n`.
#[derive(Clone, Debug)]
pub struct LineIndex {
    text: Arc<str>,
    starts: Arc<[u32]>,
}

impl LineIndex {
    /// Indexes the lines of `text`, whose line ends are `\n`.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect();
        Self { text, starts }
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// How many lines there are; text that ends in a line end has an empty last one.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line, counted from 1, that holds the byte at `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// The offset at which `line` (counted from 1) starts; the end of the text beyond the last.
    pub fn line_start(&self, line: u32) -> u32 {
        let at = (line as usize).saturating_sub(1);
        self.starts.get(at).copied().unwrap_or(self.text.len() as u32)
    }

    /// The text of `line` (counted from 1) without its line end; empty beyond the last.
    pub fn line_text(&self, line: u32) -> &str {
        let rest = &self.text[self.line_start(line) as usize..];
        rest.split('\n').next().unwrap_or_default()
    }

    /// The column of `offset` in bytes, counted from 0: what `co_positions` holds.
    pub fn byte_column(&self, offset: u32) -> u32 {
        offset - self.line_start(self.line(offset))
    }

    /// The column of `offset` in characters, counted from 0.
    pub fn column(&self, offset: u32) -> u32 {
        let start = self.line_start(self.line(offset)) as usize;
        let end = (offset as usize).clamp(start, self.text.len());
        self.text.as_bytes()[start..end].iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32
    }

    /// Line (from 1) and column (characters, from 0) of `offset`.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        (self.line(offset), self.column(offset))
    }

    /// The text that `span` covers.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

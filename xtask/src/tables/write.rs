//! The columns of the tables' file.

/// Appends values of one kind.
#[derive(Debug, Default)]
pub(super) struct Column {
    bytes: Vec<u8>,
}

impl Column {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Appends an unsigned LEB128 integer.
    pub(super) fn int(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a length and the bytes.
    pub(super) fn block(&mut self, bytes: &[u8]) {
        self.int(bytes.len() as u32);
        self.raw(bytes);
    }

    pub(super) fn column(&mut self, column: Self) {
        self.block(&column.bytes);
    }

    /// Appends ascending characters.
    pub(super) fn keys(&mut self, keys: impl Iterator<Item = char>) {
        let mut column = Self::default();
        let mut before = 0;
        for key in keys {
            column.int(key as u32 - before);
            before = key as u32;
        }
        self.column(column);
    }

    pub(super) fn ints(&mut self, values: impl Iterator<Item = usize>) {
        let mut column = Self::default();
        values.for_each(|value| column.int(value as u32));
        self.column(column);
    }

    pub(super) fn texts<'a>(&mut self, texts: impl Iterator<Item = &'a str> + Clone) {
        self.ints(texts.clone().map(|text| text.chars().count()));
        let all: String = texts.collect();
        self.block(all.as_bytes());
    }
}

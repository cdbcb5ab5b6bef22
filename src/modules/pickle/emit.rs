//! The operations of a pickle as bytes: numbers, text, bytes and the memo.

use num_bigint::BigInt;

use super::op;
use super::save::Pickler;
use crate::object::Value;

impl Pickler {
    pub(super) fn int(&mut self, number: i64) {
        if let Ok(byte) = u8::try_from(number) {
            self.out.extend([op::BININT1, byte]);
        } else if let Ok(short) = u16::try_from(number) {
            self.out.push(op::BININT2);
            self.out.extend(short.to_le_bytes());
        } else if let Ok(word) = i32::try_from(number) {
            self.out.push(op::BININT);
            self.out.extend(word.to_le_bytes());
        } else {
            self.big(&BigInt::from(number).to_signed_bytes_le());
        }
    }

    pub(super) fn big(&mut self, bytes: &[u8]) {
        match u8::try_from(bytes.len()) {
            Ok(length) => self.out.extend([op::LONG1, length]),
            Err(_) => {
                self.out.push(op::LONG4);
                self.out.extend((bytes.len() as u32).to_le_bytes());
            }
        }
        self.out.extend(bytes);
    }

    /// Writes a reference to an object that was saved before; false if it was not.
    pub(super) fn saved_before(&mut self, value: &Value) -> bool {
        let Some(&index) = self.memo.get(&value.identity()) else { return false };
        self.get(index);
        true
    }

    pub(super) fn get(&mut self, index: u32) {
        match u8::try_from(index) {
            Ok(byte) => self.out.extend([op::BINGET, byte]),
            Err(_) => {
                self.out.push(op::LONG_BINGET);
                self.out.extend(index.to_le_bytes());
            }
        }
    }

    pub(super) fn memoize(&mut self, value: &Value) {
        let index = self.kept.len() as u32;
        self.memo.insert(value.identity(), index);
        self.kept.push(value.clone());
        if self.protocol >= 4 {
            self.out.push(op::MEMOIZE);
        } else if let Ok(byte) = u8::try_from(index) {
            self.out.extend([op::BINPUT, byte]);
        } else {
            self.out.push(op::LONG_BINPUT);
            self.out.extend(index.to_le_bytes());
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        let length = text.len();
        if self.protocol >= 4 && length < 256 {
            self.out.extend([op::SHORT_BINUNICODE, length as u8]);
        } else if length <= u32::MAX as usize {
            self.out.push(op::BINUNICODE);
            self.out.extend((length as u32).to_le_bytes());
        } else {
            self.out.push(op::BINUNICODE8);
            self.out.extend((length as u64).to_le_bytes());
        }
        self.out.extend(text.as_bytes());
    }

    pub(super) fn bytes(&mut self, data: &[u8]) {
        let length = data.len();
        if length < 256 {
            self.out.extend([op::SHORT_BINBYTES, length as u8]);
        } else if length <= u32::MAX as usize {
            self.out.push(op::BINBYTES);
            self.out.extend((length as u32).to_le_bytes());
        } else {
            self.out.push(op::BINBYTES8);
            self.out.extend((length as u64).to_le_bytes());
        }
        self.out.extend(data);
    }
}

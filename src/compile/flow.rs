//! Which registers are certainly bound at a point of the code.

use crate::bytecode::Reg;

/// A set of local registers that are bound on every way here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bound {
    words: Vec<u64>,
}

impl Bound {
    pub(super) fn contains(&self, reg: Reg) -> bool {
        let (word, bit) = place(reg);
        self.words.get(word).is_some_and(|w| w & bit != 0)
    }

    pub(super) fn insert(&mut self, reg: Reg) {
        let (word, bit) = place(reg);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
    }

    pub(super) fn remove(&mut self, reg: Reg) {
        let (word, bit) = place(reg);
        if let Some(w) = self.words.get_mut(word) {
            *w &= !bit;
        }
    }

    /// Keeps what the other has too.
    pub(super) fn intersect(&mut self, other: &Bound) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(at).copied().unwrap_or(0);
        }
    }

    /// Takes out what the other has.
    pub(super) fn subtract(&mut self, other: &Bound) {
        for (word, gone) in self.words.iter_mut().zip(&other.words) {
            *word &= !gone;
        }
    }
}

fn place(reg: Reg) -> (usize, u64) {
    (usize::from(reg.0) / 64, 1 << (reg.0 % 64))
}

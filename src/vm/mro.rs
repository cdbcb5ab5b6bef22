//! The order of classes: C3, the base that gives the layout, the metaclass that wins.

use crate::object::{Class, Known, Layout, Ptr, Raised, Value, Vm};

impl Vm {
    /// The bases in method resolution order, the class itself left out (C3 linearisation).
    ///
    /// # Errors
    ///
    /// TypeError if there is a base twice or no order is consistent.
    pub(crate) fn linearize(&mut self, bases: &[Ptr<Class>]) -> Result<Vec<Ptr<Class>>, Raised> {
        for (index, base) in bases.iter().enumerate() {
            if bases[..index].iter().any(|other| other.is(base)) {
                let name = base.name(&self.gil).to_owned();
                return Err(self.type_error(format!("duplicate base class {name}")));
            }
        }
        if let [base] = bases {
            let tail = base.data.get(&self.gil).mro_tail.iter().cloned();
            return Ok(std::iter::once(base.clone()).chain(tail).collect());
        }
        let mut sequences: Vec<Vec<Ptr<Class>>> = Vec::new();
        for base in bases {
            let tail = base.data.get(&self.gil).mro_tail.iter().cloned();
            let mut sequence: Vec<_> = std::iter::once(base.clone()).chain(tail).collect();
            sequence.reverse();
            sequences.push(sequence);
        }
        sequences.push(bases.iter().rev().cloned().collect());
        // Sequences are kept reversed, so that their heads are taken off the end.
        let mut order = Vec::new();
        loop {
            sequences.retain(|sequence| !sequence.is_empty());
            if sequences.is_empty() {
                return Ok(order);
            }
            let heads = sequences.iter().filter_map(|sequence| sequence.last());
            let mut candidates = heads.filter(|head| {
                sequences.iter().all(|sequence| !sequence[..sequence.len() - 1].iter().any(|class| class.is(head)))
            });
            let Some(next) = candidates.next().cloned() else { return Err(self.no_consistent_order(&sequences)) };
            for sequence in &mut sequences {
                if sequence.last().is_some_and(|head| head.is(&next)) {
                    sequence.pop();
                }
            }
            order.push(next);
        }
    }

    #[cold]
    fn no_consistent_order(&mut self, sequences: &[Vec<Ptr<Class>>]) -> Raised {
        let mut heads: Vec<&Ptr<Class>> = Vec::new();
        for head in sequences.iter().filter_map(|sequence| sequence.last()) {
            if !heads.iter().any(|other| other.is(head)) {
                heads.push(head);
            }
        }
        let names: Vec<&str> = heads.iter().map(|class| class.name(&self.gil)).collect();
        let message =
            format!("Cannot create a consistent method resolution order (MRO) for bases {}", names.join(", "));
        self.type_error(message)
    }

    /// The nearest class on the way to `object` that adds something to the layout of instances.
    fn solid_base(&self, class: &Ptr<Class>) -> Ptr<Class> {
        let data = class.data.get(&self.gil);
        let Some(base) = self.layout_base(class) else { return class.clone() };
        let adds = match class.known {
            Some(Known::Bool) => false,
            Some(known) if known.is_exception() => matches!(
                known,
                Known::BaseException
                    | Known::BaseExceptionGroup
                    | Known::SystemExit
                    | Known::AttributeError
                    | Known::ImportError
                    | Known::NameError
                    | Known::OSError
                    | Known::StopIteration
                    | Known::SyntaxError
                    | Known::UnicodeError
                    | Known::UnicodeDecodeError
                    | Known::UnicodeEncodeError
                    | Known::UnicodeTranslateError
            ),
            Some(_) => true,
            None if !data.flags.has(crate::object::ClassFlags::HEAP) => data.layout != Layout::Exception,
            None => data.slot_names.len() > base.data.get(&self.gil).slot_names.len(),
        };
        if adds { class.clone() } else { self.solid_base(&base) }
    }

    /// `__base__`: the base that gives the layout of instances; None for `object`.
    pub(crate) fn layout_base(&self, class: &Class) -> Option<Ptr<Class>> {
        match class.data.get(&self.gil).bases.as_slice() {
            [] => None,
            [base] => Some(base.clone()),
            bases => self.best_base(bases).or_else(|| bases.first().cloned()),
        }
    }

    /// The base whose layout instances of a class with these bases have; None if they conflict.
    pub(crate) fn best_base(&self, bases: &[Ptr<Class>]) -> Option<Ptr<Class>> {
        let mut winner: Option<(Ptr<Class>, Ptr<Class>)> = None;
        for base in bases {
            let solid = self.solid_base(base);
            winner = match winner {
                None => Some((base.clone(), solid)),
                Some((best, best_solid)) => {
                    if best_solid.is_subclass(&self.gil, &solid) {
                        Some((best, best_solid))
                    } else if solid.is_subclass(&self.gil, &best_solid) {
                        Some((base.clone(), solid))
                    } else {
                        return None;
                    }
                }
            };
        }
        winner.map(|(best, _)| best)
    }

    /// The most derived metaclass of `meta` and those of the bases.
    ///
    /// # Errors
    ///
    /// TypeError if no one of them is derived from all the others.
    pub(crate) fn winning_metaclass(&mut self, meta: &Ptr<Class>, bases: &[Value]) -> Result<Ptr<Class>, Raised> {
        let mut winner = meta.clone();
        for base in bases {
            let other = self.class_of(base);
            if winner.is_subclass(&self.gil, &other) {
                continue;
            }
            if !other.is_subclass(&self.gil, &winner) {
                return Err(self.type_error(
                    "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
                ));
            }
            winner = other;
        }
        Ok(winner)
    }
}

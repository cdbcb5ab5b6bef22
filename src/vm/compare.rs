//! Rich comparison.

use std::cmp::Ordering;

use super::number::{Number, compare_numbers, order_answers};
use crate::bytecode::CmpOp;
use crate::object::compare::{Equality, first_unequal, plain_eq};
use crate::object::vm::ReturnTo;
use crate::object::{Class, Dict, DictPart, Func, Known, Name, Ptr, Raised, Set, Value, View, Vm};

fn method(op: CmpOp) -> Name {
    match op {
        CmpOp::Lt => Name::__lt__,
        CmpOp::Le => Name::__le__,
        CmpOp::Eq => Name::__eq__,
        CmpOp::Ne => Name::__ne__,
        CmpOp::Gt => Name::__gt__,
        CmpOp::Ge => Name::__ge__,
    }
}

fn mirrored(op: CmpOp) -> CmpOp {
    match op {
        CmpOp::Lt => CmpOp::Gt,
        CmpOp::Le => CmpOp::Ge,
        CmpOp::Gt => CmpOp::Lt,
        CmpOp::Ge => CmpOp::Le,
        CmpOp::Eq | CmpOp::Ne => op,
    }
}

/// Ends the message of the RecursionError.
const IN_COMPARISON: &str = " in comparison";

impl Vm {
    /// `lhs op rhs`, any object.
    ///
    /// # Errors
    ///
    /// TypeError if there is no such order; what the methods raise.
    #[inline]
    pub fn compare(&mut self, op: CmpOp, lhs: &Value, rhs: &Value) -> Result<Value, Raised> {
        match self.compare_builtin(op, lhs, rhs)? {
            Some(answer) => Ok(Value::bool(answer)),
            None => self.compare_by_methods(op, lhs, rhs),
        }
    }

    /// `bool(lhs op rhs)`.
    ///
    /// # Errors
    ///
    /// As for `compare`, and what the truth value of the answer raises.
    #[inline]
    pub fn compare_bool(&mut self, op: CmpOp, lhs: &Value, rhs: &Value) -> Result<bool, Raised> {
        match self.compare_builtin(op, lhs, rhs)? {
            Some(answer) => Ok(answer),
            None => {
                let answer = self.compare_by_methods(op, lhs, rhs)?;
                self.truth(&answer)
            }
        }
    }

    /// Whether two values are identical or equal, as containers compare their items.
    ///
    /// # Errors
    ///
    /// What `__eq__` raises.
    #[inline]
    pub fn same_or_equal(&mut self, a: &Value, b: &Value) -> Result<bool, Raised> {
        match plain_eq(a, b) {
            Equality::Equal => Ok(true),
            Equality::Different => Ok(false),
            Equality::Ask => self.compare_bool(CmpOp::Eq, a, b),
        }
    }

    /// The comparison of two values of built-in types themselves, if it is defined.
    #[inline]
    fn compare_builtin(&mut self, op: CmpOp, lhs: &Value, rhs: &Value) -> Result<Option<bool>, Raised> {
        let order = match (lhs, rhs) {
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Str(a), Value::Str(b)) => match op {
                CmpOp::Eq => return Ok(Some(a.same_text(b))),
                CmpOp::Ne => return Ok(Some(!a.same_text(b))),
                _ => a.as_str().cmp(b.as_str()),
            },
            _ => return self.compare_others(op, lhs, rhs),
        };
        Ok(Some(order_answers(op, Some(order))))
    }

    fn compare_others(&mut self, op: CmpOp, lhs: &Value, rhs: &Value) -> Result<Option<bool>, Raised> {
        if let (Some(a), Some(b)) = (Number::of(lhs), Number::of(rhs)) {
            return Ok(Some(order_answers(op, compare_numbers(&a, &b))));
        }
        let equality = match op {
            CmpOp::Eq => Some(true),
            CmpOp::Ne => Some(false),
            _ => None,
        };
        match (lhs, rhs) {
            (Value::None, Value::None) => Ok(equality),
            (Value::List(a), Value::List(b)) => {
                if let (Some(wanted), true) = (equality, a.items.get(&self.gil).len() != b.items.get(&self.gil).len()) {
                    return Ok(Some(!wanted));
                }
                let (left, right) = (a.items.get(&self.gil), b.items.get(&self.gil));
                let unequal = match self.compare_plain(op, left, right) {
                    Ok(answer) => return Ok(Some(answer)),
                    Err(unequal) => unequal,
                };
                let (a, b) = (a.to_ptr(), b.to_ptr());
                self.compare_items(op, unequal, |vm, index| {
                    let (a, b) = (a.items.get(&vm.gil), b.items.get(&vm.gil));
                    (a.get(index).cloned(), b.get(index).cloned())
                })
                .map(Some)
            }
            (Value::Tuple(a), Value::Tuple(b)) => match self.compare_plain(op, a, b) {
                Ok(answer) => Ok(Some(answer)),
                Err(unequal) => {
                    self.compare_items(op, unequal, |_, index| (a.get(index).cloned(), b.get(index).cloned())).map(Some)
                }
            },
            (Value::Dict(a), Value::Dict(b)) => match equality {
                Some(wanted) => Ok(Some(self.dicts_equal(&a.to_ptr(), &b.to_ptr())? == wanted)),
                None => Ok(None),
            },
            (Value::Set(a), Value::Set(b)) => self.compare_sets(op, &a.to_ptr(), &b.to_ptr()).map(Some),
            (Value::View(a), _) if a.part != DictPart::Values => self.compare_view(op, &a.to_ptr(), rhs),
            (Value::Set(_), Value::View(b)) if b.part != DictPart::Values => {
                self.compare_view(mirrored(op), &b.to_ptr(), lhs)
            }
            (Value::Range(a), Value::Range(b)) => match equality {
                Some(wanted) => {
                    let (a, b) = (Value::tuple(a.essence().to_vec()), Value::tuple(b.essence().to_vec()));
                    Ok(Some(self.same_or_equal(&a, &b)? == wanted))
                }
                None => Ok(None),
            },
            (Value::Slice(a), Value::Slice(b)) => {
                let parts =
                    |slice: &crate::object::Slice| [slice.start.clone(), slice.stop.clone(), slice.step.clone()];
                let (a, b) = (parts(a), parts(b));
                self.compare_items(op, 0, |_, index| (a.get(index).cloned(), b.get(index).cloned())).map(Some)
            }
            (Value::Method(a), Value::Method(b)) => match equality {
                Some(wanted) => {
                    let equal = a.receiver.is(&b.receiver) && self.same_or_equal(&a.func, &b.func)?;
                    Ok(Some(equal == wanted))
                }
                None => Ok(None),
            },
            _ => Ok(self.bytes_order(lhs, rhs).map(|order| order_answers(op, Some(order)))),
        }
    }

    fn bytes_order(&self, lhs: &Value, rhs: &Value) -> Option<Ordering> {
        fn slice<'a>(vm: &'a Vm, value: &'a Value) -> Option<&'a [u8]> {
            match value {
                Value::Bytes(bytes) => Some(&bytes.data[..]),
                Value::ByteArray(bytes) => Some(bytes.data.get(&vm.gil)),
                _ => None,
            }
        }
        Some(slice(self, lhs)?.cmp(slice(self, rhs)?))
    }

    /// Compares two sequences item by item, as lists and tuples do.
    /// Compares sequences as far as that needs no script code.
    ///
    /// # Errors
    ///
    /// The place of the first items that must be compared by the machine.
    fn compare_plain(&self, op: CmpOp, a: &[Value], b: &[Value]) -> Result<bool, usize> {
        match (first_unequal(a, b), op) {
            (None, _) => Ok(order_answers(op, Some(a.len().cmp(&b.len())))),
            (Some((_, Equality::Different)), CmpOp::Eq) => Ok(false),
            (Some((_, Equality::Different)), CmpOp::Ne) => Ok(true),
            (Some((index, _)), _) => Err(index),
        }
    }

    /// Compares sequences from the items at `first` on.
    fn compare_items(
        &mut self,
        op: CmpOp,
        first: usize,
        items: impl Fn(&Vm, usize) -> (Option<Value>, Option<Value>),
    ) -> Result<bool, Raised> {
        self.nested(IN_COMPARISON, |vm| {
            let mut index = first;
            loop {
                match items(vm, index) {
                    (Some(a), Some(b)) => {
                        if !vm.same_or_equal(&a, &b)? {
                            return match op {
                                CmpOp::Eq => Ok(false),
                                CmpOp::Ne => Ok(true),
                                _ => vm.compare_bool(op, &a, &b),
                            };
                        }
                    }
                    (a, b) => return Ok(order_answers(op, Some(a.is_some().cmp(&b.is_some())))),
                }
                index += 1;
            }
        })
    }

    fn dicts_equal(&mut self, a: &Ptr<Dict>, b: &Ptr<Dict>) -> Result<bool, Raised> {
        if a.data.get(&self.gil).len() != b.data.get(&self.gil).len() {
            return Ok(false);
        }
        self.nested(IN_COMPARISON, |vm| {
            let mut at = 0;
            loop {
                let Some((index, entry)) = a.data.get(&vm.gil).next_entry(at) else { return Ok(true) };
                let (hash, key, value) = (entry.hash, entry.key.clone(), entry.value.clone());
                at = index + 1;
                let Some(found) = vm.dict_find(b, hash, &key)? else { return Ok(false) };
                let Some(other) = b.data.get(&vm.gil).entry(found).map(|entry| entry.value.clone()) else {
                    return Ok(false);
                };
                if !vm.same_or_equal(&value, &other)? {
                    return Ok(false);
                }
            }
        })
    }

    fn is_subset(&mut self, a: &Ptr<Set>, b: &Ptr<Set>) -> Result<bool, Raised> {
        if let Some(answer) = a.data.get(&self.gil).covered(b.data.get(&self.gil), true) {
            return Ok(answer);
        }
        let items: Vec<Value> = a.data.get(&self.gil).iter().map(|(key, _)| key.clone()).collect();
        self.nested(IN_COMPARISON, |vm| {
            for item in &items {
                if !vm.set_contains(b, item)? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    fn compare_sets(&mut self, op: CmpOp, a: &Ptr<Set>, b: &Ptr<Set>) -> Result<bool, Raised> {
        let order = a.data.get(&self.gil).len().cmp(&b.data.get(&self.gil).len());
        match op {
            CmpOp::Eq => Ok(order.is_eq() && self.is_subset(a, b)?),
            CmpOp::Ne => Ok(!(order.is_eq() && self.is_subset(a, b)?)),
            CmpOp::Lt => Ok(order.is_lt() && self.is_subset(a, b)?),
            CmpOp::Le => Ok(order.is_le() && self.is_subset(a, b)?),
            CmpOp::Gt => Ok(order.is_gt() && self.is_subset(b, a)?),
            CmpOp::Ge => Ok(order.is_ge() && self.is_subset(b, a)?),
        }
    }

    /// Compares a view of keys or items with a set or another such view.
    fn compare_view(&mut self, op: CmpOp, view: &Ptr<View>, other: &Value) -> Result<Option<bool>, Raised> {
        if !matches!(other, Value::Set(_)) && !matches!(other, Value::View(other) if other.part != DictPart::Values) {
            return Ok(None);
        }
        let view = view.to_value();
        let order = self.len(&view)?.cmp(&self.len(other)?);
        let (fits, small, large) = match op {
            CmpOp::Eq | CmpOp::Ne => (order.is_eq(), &view, other),
            CmpOp::Lt => (order.is_lt(), &view, other),
            CmpOp::Le => (order.is_le(), &view, other),
            CmpOp::Gt => (order.is_gt(), other, &view),
            CmpOp::Ge => (order.is_ge(), other, &view),
        };
        let mut answer = fits;
        if fits {
            for item in self.collect(small)? {
                if !self.contains(large, &item)? {
                    answer = false;
                    break;
                }
            }
        }
        Ok(Some(if op == CmpOp::Ne { !answer } else { answer }))
    }

    fn compare_by_methods(&mut self, op: CmpOp, lhs: &Value, rhs: &Value) -> Result<Value, Raised> {
        let plain = |vm: &Vm, value: &Value| match value {
            Value::Object(object) => {
                !object.class.get(&vm.gil).flags(&vm.gil).has(crate::object::ClassFlags::CUSTOM_EQ)
                    && object.builtin_part(&vm.gil).is_none()
            }
            Value::Class(class) => class.meta.get(&vm.gil).as_ref().is_none_or(|meta| vm.compares_identity(meta)),
            Value::Foreign(_) | Value::Exc(_) => false,
            _ => true,
        };
        if matches!(op, CmpOp::Eq | CmpOp::Ne) && plain(self, lhs) && plain(self, rhs) {
            return Ok(Value::bool(lhs.is(rhs) == (op == CmpOp::Eq)));
        }
        if matches!(lhs, Value::Object(_)) || matches!(rhs, Value::Object(_)) {
            if let (Some(a), Some(b)) = (self.plain_part(lhs, method(op)), self.plain_part(rhs, method(mirrored(op)))) {
                if let Some(answer) = self.compare_builtin(op, &a, &b)? {
                    return Ok(Value::bool(answer));
                }
            }
        }
        let (left, right) = (self.class_of(lhs), self.class_of(rhs));
        self.nested(IN_COMPARISON, |vm| vm.ask_operands(op, lhs, &left, rhs, &right))
    }

    fn ask_operands(
        &mut self,
        op: CmpOp,
        lhs: &Value,
        left: &Ptr<Class>,
        rhs: &Value,
        right: &Ptr<Class>,
    ) -> Result<Value, Raised> {
        let reflected = mirrored(op);
        let mut tried_right = false;
        if !left.is(right) && right.is_subclass(&self.gil, left) {
            if let Some(found) = self.comparison(right, reflected) {
                tried_right = true;
                let answer = self.call_found(found, rhs, std::slice::from_ref(lhs))?;
                if !matches!(answer, Value::NotImplemented) {
                    return Ok(answer);
                }
            }
        }
        if let Some(found) = self.comparison(left, op) {
            let answer = self.call_found(found, lhs, std::slice::from_ref(rhs))?;
            if !matches!(answer, Value::NotImplemented) {
                return Ok(answer);
            }
        }
        if !tried_right {
            if let Some(found) = self.comparison(right, reflected) {
                let answer = self.call_found(found, rhs, std::slice::from_ref(lhs))?;
                if !matches!(answer, Value::NotImplemented) {
                    return Ok(answer);
                }
            }
        }
        self.compare_without_methods(op, lhs, rhs)
    }

    /// The script function that a comparison asks first, and what its answer means. None if that is another kind of
    /// method, or the operands know the answer without one.
    pub(super) fn comparison_function(&mut self, op: CmpOp, lhs: &Value, rhs: &Value) -> Option<(Ptr<Func>, ReturnTo)> {
        match (lhs, rhs) {
            (Value::Object(object), _) => {
                let left = object.class.get(&self.gil).clone();
                let func = self.function_of(lhs, method(op), 2)?;
                let right = self.class_of(rhs);
                if !left.is(&right) && right.is_subclass(&self.gil, &left) {
                    return None;
                }
                Some((func, ReturnTo::Operator))
            }
            // These know none but their own kind.
            (Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_), Value::Object(object))
                if object.builtin_part(&self.gil).is_none() =>
            {
                self.function_of(rhs, method(mirrored(op)), 2).map(|func| (func, ReturnTo::Reflected))
            }
            _ => None,
        }
    }

    /// What becomes of a comparison after a method that `comparison_function` found has answered NotImplemented.
    pub(super) fn compare_after(
        &mut self,
        op: CmpOp,
        lhs: &Value,
        rhs: &Value,
        asked: ReturnTo,
    ) -> Result<Value, Raised> {
        if asked == ReturnTo::Operator {
            let right = self.class_of(rhs);
            if let Some(found) = self.comparison(&right, mirrored(op)) {
                let answer = self.nested(IN_COMPARISON, |vm| vm.call_found(found, rhs, std::slice::from_ref(lhs)))?;
                if !matches!(answer, Value::NotImplemented) {
                    return Ok(answer);
                }
            }
        }
        self.compare_without_methods(op, lhs, rhs)
    }

    /// A comparison that no method knows the answer of.
    fn compare_without_methods(&mut self, op: CmpOp, lhs: &Value, rhs: &Value) -> Result<Value, Raised> {
        match op {
            CmpOp::Eq => Ok(Value::bool(lhs.is(rhs))),
            CmpOp::Ne => Ok(Value::bool(!lhs.is(rhs))),
            _ => Err(self.no_order(op, lhs, rhs)),
        }
    }

    /// The comparison method of a class, unless it is that of `object`, which has nothing to say about order.
    fn comparison(&mut self, class: &Ptr<crate::object::Class>, op: CmpOp) -> Option<Value> {
        let found = self.lookup_name(class, method(op))?;
        if let Value::Native(native) = &found {
            let of_object = native.owner.as_ref().is_some_and(|owner| owner.known == Some(Known::Object));
            if of_object && op != CmpOp::Ne {
                return None;
            }
        }
        Some(found)
    }

    #[cold]
    fn no_order(&mut self, op: CmpOp, lhs: &Value, rhs: &Value) -> Raised {
        let (left, right) = (self.class_name(lhs), self.class_name(rhs));
        let sign = op.symbol();
        self.type_error(format!("'{sign}' not supported between instances of '{left}' and '{right}'"))
    }
}

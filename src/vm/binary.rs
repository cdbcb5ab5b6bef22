//! Operators.

use super::number::Number;
use crate::bytecode::BinOp;
use crate::object::vm::ReturnTo;
use crate::object::{Class, Func, Known, Name, Ptr, Raised, Str, Tuple, Value, Vm};

/// The method, reflected method and in-place method of an operator, and its sign.
fn names(op: BinOp) -> (Name, Name, Name, &'static str) {
    use Name as N;
    match op {
        BinOp::Add => (N::__add__, N::__radd__, N::__iadd__, "+"),
        BinOp::Sub => (N::__sub__, N::__rsub__, N::__isub__, "-"),
        BinOp::Mul => (N::__mul__, N::__rmul__, N::__imul__, "*"),
        BinOp::MatMul => (N::__matmul__, N::__rmatmul__, N::__imatmul__, "@"),
        BinOp::TrueDiv => (N::__truediv__, N::__rtruediv__, N::__itruediv__, "/"),
        BinOp::FloorDiv => (N::__floordiv__, N::__rfloordiv__, N::__ifloordiv__, "//"),
        BinOp::Mod => (N::__mod__, N::__rmod__, N::__imod__, "%"),
        BinOp::Pow => (N::__pow__, N::__rpow__, N::__ipow__, "** or pow()"),
        BinOp::LShift => (N::__lshift__, N::__rlshift__, N::__ilshift__, "<<"),
        BinOp::RShift => (N::__rshift__, N::__rrshift__, N::__irshift__, ">>"),
        BinOp::BitAnd => (N::__and__, N::__rand__, N::__iand__, "&"),
        BinOp::BitOr => (N::__or__, N::__ror__, N::__ior__, "|"),
        BinOp::BitXor => (N::__xor__, N::__rxor__, N::__ixor__, "^"),
    }
}

/// Whether what was found is the concatenation or repetition of a built-in sequence, which comes
/// after the methods of both operands.
fn is_sequence_slot(found: &Value) -> bool {
    match found {
        // `%` is a number's operator of theirs.
        Value::Native(native) if native.def.name == "__mod__" => false,
        Value::Native(native) => native.owner.as_ref().is_some_and(|owner| {
            matches!(owner.known, Some(Known::Str | Known::List | Known::Tuple | Known::Bytes | Known::ByteArray))
        }),
        _ => false,
    }
}

impl Vm {
    /// `lhs op rhs`, with reflected methods as the language reference says.
    ///
    /// # Errors
    ///
    /// TypeError if neither operand knows the other; what the methods raise.
    #[inline]
    pub fn binary(&mut self, op: BinOp, lhs: &Value, rhs: &Value) -> Result<Value, Raised> {
        if let (Some(a), Some(b)) = (Number::of(lhs), Number::of(rhs)) {
            if let (Value::Bool(a), Value::Bool(b)) = (lhs, rhs) {
                match op {
                    BinOp::BitAnd => return Ok(Value::bool(a.get() & b.get())),
                    BinOp::BitOr => return Ok(Value::bool(a.get() | b.get())),
                    BinOp::BitXor => return Ok(Value::bool(a.get() ^ b.get())),
                    _ => {}
                }
            }
            return match self.number_binary(op, &a, &b)? {
                Some(value) => Ok(value),
                None => Err(self.unsupported(names(op).3, lhs, rhs)),
            };
        }
        match (op, lhs, rhs) {
            (BinOp::Add, Value::Str(a), Value::Str(b)) => self.concat(a, b),
            (BinOp::Add, Value::List(a), Value::List(b)) => {
                let total = a.items.get(&self.gil).len() + b.items.get(&self.gil).len();
                self.expect_room_for::<Value>(total)?;
                Ok(Value::list([a.items.get(&self.gil).as_slice(), b.items.get(&self.gil).as_slice()].concat()))
            }
            (BinOp::Add, Value::Tuple(a), Value::Tuple(b)) => {
                // The parts are put together first.
                self.expect_room_for::<Value>(2 * (a.as_slice().len() + b.as_slice().len()))?;
                Ok(Tuple::new([a.as_slice(), b.as_slice()].concat()).into_value())
            }
            _ => self.binary_by_methods(op, lhs, rhs),
        }
    }

    fn binary_by_methods(&mut self, op: BinOp, lhs: &Value, rhs: &Value) -> Result<Value, Raised> {
        let (forward, reflected, _, sign) = names(op);
        if let Some(value) = self.number_parts(op, forward, reflected, lhs, rhs)? {
            return Ok(value);
        }
        let value = self.dispatch(forward, reflected, lhs, rhs)?;
        if !matches!(value, Value::NotImplemented) {
            return Ok(value);
        }
        Err(self.unsupported(sign, lhs, rhs))
    }

    /// The operator on the numbers inside of instances of classes derived from those of numbers, if these leave the
    /// operator to them.
    fn number_parts(
        &mut self,
        op: BinOp,
        forward: Name,
        reflected: Name,
        lhs: &Value,
        rhs: &Value,
    ) -> Result<Option<Value>, Raised> {
        if Number::of(self.unwrap(lhs)).is_none() || Number::of(self.unwrap(rhs)).is_none() {
            return Ok(None);
        }
        let Some(left) = self.plain_part(lhs, forward) else { return Ok(None) };
        let Some(right) = self.plain_part(rhs, reflected) else { return Ok(None) };
        match (Number::of(&left), Number::of(&right)) {
            (Some(a), Some(b)) => self.number_binary(op, &a, &b),
            _ => Ok(None),
        }
    }

    /// Tries the methods of both operands; NotImplemented if none answers.
    pub(crate) fn dispatch(
        &mut self,
        forward: Name,
        reflected: Name,
        lhs: &Value,
        rhs: &Value,
    ) -> Result<Value, Raised> {
        self.enter_native()?;
        let (left, right) = (self.class_of(lhs), self.class_of(rhs));
        let found = self.lookup_name(&left, forward);
        let back = if left.is(&right) { None } else { self.lookup_name(&right, reflected) };
        let late = found.as_ref().is_some_and(is_sequence_slot);
        let late_back = back.as_ref().is_some_and(is_sequence_slot);
        let first = back.is_some() && !late_back && self.reflected_first(&left, &right, reflected);
        if first {
            if let Some(back) = &back {
                let value = self.call_found(back.clone(), rhs, std::slice::from_ref(lhs))?;
                if !matches!(value, Value::NotImplemented) {
                    return Ok(value);
                }
            }
        }
        if let (Some(found), false) = (&found, late) {
            let value = self.call_found(found.clone(), lhs, std::slice::from_ref(rhs))?;
            if !matches!(value, Value::NotImplemented) {
                return Ok(value);
            }
        }
        if let (Some(back), false, false) = (&back, first, late_back) {
            let value = self.call_found(back.clone(), rhs, std::slice::from_ref(lhs))?;
            if !matches!(value, Value::NotImplemented) {
                return Ok(value);
            }
        }
        if let (Some(found), true) = (found, late) {
            return self.call_found(found, lhs, std::slice::from_ref(rhs));
        }
        if let (Some(back), true) = (back, late_back) {
            return self.call_found(back, rhs, std::slice::from_ref(lhs));
        }
        Ok(Value::NotImplemented)
    }

    /// The script function that `lhs op rhs`, or `lhs op= rhs`, asks first, and what its answer means. None if that is
    /// another kind of method, or the operands know the answer without one.
    pub(super) fn binary_function(
        &mut self,
        op: BinOp,
        lhs: &Value,
        rhs: &Value,
        inplace: bool,
    ) -> Option<(Ptr<Func>, ReturnTo)> {
        let (forward, reflected, in_place, _) = names(op);
        match (lhs, rhs) {
            (Value::Object(object), _) => {
                let left = object.class.get(&self.gil).clone();
                if inplace && self.lookup_name(&left, in_place).is_some() {
                    return self.function_of(lhs, in_place, 2).map(|func| (func, ReturnTo::Inplace));
                }
                let func = self.function_of(lhs, forward, 2)?;
                let right = self.class_of(rhs);
                if !left.is(&right) && self.reflected_first(&left, &right, reflected) {
                    return None;
                }
                Some((func, ReturnTo::Operator))
            }
            // A number knows none but numbers.
            (_, Value::Object(object)) if Number::of(lhs).is_some() && object.builtin_part(&self.gil).is_none() => {
                self.function_of(rhs, reflected, 2).map(|func| (func, ReturnTo::Reflected))
            }
            _ => None,
        }
    }

    /// What becomes of an operator after a method that `binary_function` found has answered NotImplemented.
    pub(super) fn binary_after(
        &mut self,
        op: BinOp,
        lhs: &Value,
        rhs: &Value,
        asked: ReturnTo,
        inplace: bool,
    ) -> Result<Value, Raised> {
        let (forward, reflected, _, sign) = names(op);
        let value = match asked {
            ReturnTo::Inplace => self.dispatch(forward, reflected, lhs, rhs)?,
            ReturnTo::Operator => {
                let (left, right) = (self.class_of(lhs), self.class_of(rhs));
                let back = if left.is(&right) { None } else { self.lookup_name(&right, reflected) };
                match back {
                    Some(back) => self.call_found(back, rhs, std::slice::from_ref(lhs))?,
                    None => Value::NotImplemented,
                }
            }
            _ => Value::NotImplemented,
        };
        if !matches!(value, Value::NotImplemented) {
            return Ok(value);
        }
        Err(if inplace { self.unsupported_inplace(op, lhs, rhs) } else { self.unsupported(sign, lhs, rhs) })
    }

    /// Whether the right operand is asked first: its class derives from the left one's and has a method of its own.
    fn reflected_first(&mut self, left: &Ptr<Class>, right: &Ptr<Class>, reflected: Name) -> bool {
        if !right.is_subclass(&self.gil, left) {
            return false;
        }
        match (self.lookup_name(left, reflected), self.lookup_name(right, reflected)) {
            (Some(a), Some(b)) => !a.is(&b),
            (None, Some(_)) => true,
            _ => false,
        }
    }

    /// The TypeError for operands that do not know each other.
    #[cold]
    pub(crate) fn unsupported(&mut self, sign: &str, lhs: &Value, rhs: &Value) -> Raised {
        let (left, right) = (self.class_name(lhs), self.class_name(rhs));
        if sign == ">>" && matches!(lhs, Value::Native(native) if native.def.name == "print") {
            return self.type_error(format!(
                "unsupported operand type(s) for >>: '{left}' and '{right}'. Did you mean \"print(<message>, file=<output_stream>)\"?"
            ));
        }
        if matches!(sign, "*" | "*=") {
            let is_sequence = |vm: &Vm, value| {
                [Known::Str, Known::List, Known::Tuple, Known::Bytes, Known::ByteArray]
                    .iter()
                    .any(|known| vm.is_known(value, *known))
            };
            let factor = if is_sequence(self, lhs) {
                Some(right.clone())
            } else if is_sequence(self, rhs) {
                Some(left.clone())
            } else {
                None
            };
            if let Some(factor) = factor {
                return self.type_error(format!("can't multiply sequence by non-int of type '{factor}'"));
            }
        }
        self.type_error(format!("unsupported operand type(s) for {sign}: '{left}' and '{right}'"))
    }

    /// `lhs op= rhs`. `lhs` is given up, so that a value nobody else refers to can be changed in place.
    ///
    /// # Errors
    ///
    /// As for `binary`.
    pub fn inplace(&mut self, op: BinOp, lhs: Value, rhs: &Value) -> Result<Value, Raised> {
        if lhs.is_heap() {
            if let (BinOp::Add, Value::Str(a), Value::Str(b)) = (op, &lhs, rhs) {
                let (a, b) = (a.to_ptr(), b.to_ptr());
                drop(lhs);
                return Str::append(a, &b).map(Ptr::into_value).map_err(|_| self.memory_error());
            }
            let (_, reflected, inplace, _) = names(op);
            let class = self.class_of(&lhs);
            if let Some(found) = self.lookup_name(&class, inplace) {
                if is_sequence_slot(&found) && matches!(rhs, Value::Object(_) | Value::Foreign(_)) {
                    let right = self.class_of(rhs);
                    if let Some(back) = self.lookup_name(&right, reflected).filter(|back| !is_sequence_slot(back)) {
                        let value = self.call_found(back, rhs, std::slice::from_ref(&lhs))?;
                        if !matches!(value, Value::NotImplemented) {
                            return Ok(value);
                        }
                    }
                }
                let value = self.call_found(found, &lhs, std::slice::from_ref(rhs))?;
                if !matches!(value, Value::NotImplemented) {
                    return Ok(value);
                }
            }
        }
        if let (Some(a), Some(b), false) = (Number::of(&lhs), Number::of(rhs), matches!(lhs, Value::Bool(_))) {
            if let Some(value) = self.number_binary(op, &a, &b)? {
                return Ok(value);
            }
            return Err(self.unsupported_inplace(op, &lhs, rhs));
        }
        if matches!((&lhs, rhs), (Value::Bool(_), Value::Bool(_)) | (Value::Tuple(_), Value::Tuple(_))) {
            return self.binary(op, &lhs, rhs);
        }
        let (forward, reflected, _, _) = names(op);
        let value = self.dispatch(forward, reflected, &lhs, rhs)?;
        if matches!(value, Value::NotImplemented) {
            return Err(self.unsupported_inplace(op, &lhs, rhs));
        }
        Ok(value)
    }

    #[cold]
    fn unsupported_inplace(&mut self, op: BinOp, lhs: &Value, rhs: &Value) -> Raised {
        let sign = if op == BinOp::Pow { "**=".to_owned() } else { format!("{}=", names(op).3) };
        self.unsupported(&sign, lhs, rhs)
    }

    fn unary(&mut self, value: &Value, which: Name, sign: &str) -> Result<Value, Raised> {
        match self.call_special(value, which, &[])? {
            Some(result) => Ok(result),
            None => {
                let class = self.class_name(value);
                Err(self.type_error(format!("bad operand type for unary {sign}: '{class}'")))
            }
        }
    }

    /// `-value`.
    ///
    /// # Errors
    ///
    /// TypeError if there is no `__neg__`.
    pub fn negative(&mut self, value: &Value) -> Result<Value, Raised> {
        match Number::of(value) {
            Some(Number::Int(n)) => {
                Ok(n.checked_neg().map_or_else(|| Value::big(-num_bigint::BigInt::from(n)), Value::Int))
            }
            Some(Number::Float(x)) => Ok(Value::float(-x)),
            Some(Number::Big(n)) => Ok(Value::big(-n)),
            None => self.unary(value, Name::__neg__, "-"),
        }
    }

    /// `+value`.
    ///
    /// # Errors
    ///
    /// TypeError if there is no `__pos__`.
    pub fn positive(&mut self, value: &Value) -> Result<Value, Raised> {
        match Number::of(value) {
            Some(Number::Int(n)) => Ok(Value::Int(n)),
            Some(_) => Ok(value.clone()),
            None => self.unary(value, Name::__pos__, "+"),
        }
    }

    /// `~value`.
    ///
    /// # Errors
    ///
    /// TypeError if there is no `__invert__`.
    pub fn invert(&mut self, value: &Value) -> Result<Value, Raised> {
        match value {
            Value::Bool(_) => {
                let message = "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int.";
                self.warn(Known::DeprecationWarning, message, 1)?;
                Ok(Value::Int(!i64::from(matches!(value, Value::Bool(b) if b.get()))))
            }
            Value::Int(n) => Ok(Value::Int(!n)),
            Value::BigInt(n) => Ok(Value::big(!&n.number)),
            _ => self.unary(value, Name::__invert__, "~"),
        }
    }

    /// `pow(base, exponent, modulus)`.
    ///
    /// # Errors
    ///
    /// TypeError for operands without a power, ValueError for a modulus that does not fit.
    pub fn power(&mut self, base: &Value, exponent: &Value, modulus: &Value) -> Result<Value, Raised> {
        if modulus.is_none() {
            return self.binary(BinOp::Pow, base, exponent);
        }
        let numbers = (Number::of(base), Number::of(exponent), Number::of(modulus));
        if let (Some(a), Some(b), Some(c)) = numbers {
            let big = |number: &Number<'_>| match number {
                Number::Int(n) => Some(num_bigint::BigInt::from(*n)),
                Number::Big(n) => Some((*n).clone()),
                Number::Float(_) => None,
            };
            return match (big(&a), big(&b), big(&c)) {
                (Some(a), Some(b), Some(c)) => self.int_pow_mod(&a, &b, &c),
                _ => Err(self.type_error("pow() 3rd argument not allowed unless all arguments are integers")),
            };
        }
        if let Some(value) = self.call_special(base, Name::__pow__, &[exponent.clone(), modulus.clone()])? {
            if !matches!(value, Value::NotImplemented) {
                return Ok(value);
            }
        }
        let [a, b, c] = [base, exponent, modulus].map(|value| self.class_name(value));
        Err(self.type_error(format!("unsupported operand type(s) for ** or pow(): '{a}', '{b}', '{c}'")))
    }
}

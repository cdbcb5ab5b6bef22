//! What `yield from` and `await` do: finding the iterator, sending into it, and its result.

use super::generator::Sent;
use crate::bytecode::{AwaitPlace, CodeFlags};
use crate::object::{GenKind, GenState, Known, Name, Raised, Value, Vm};

impl Vm {
    /// The `value` of a StopIteration.
    pub(super) fn stop_value(&self, stop: &Value) -> Value {
        match stop {
            Value::Exc(stop) => stop.data.get(&self.gil).fields.first().cloned().unwrap_or(Value::None),
            _ => Value::None,
        }
    }

    /// `iterator.send(value)`, or `next(iterator)` for None.
    pub(super) fn send(&mut self, iterator: &Value, value: Value) -> Result<Sent, Raised> {
        if let Value::Gen(generator) = iterator {
            if generator.kind() != GenKind::AsyncGenerator {
                return self.gen_send(generator, value);
            }
        }
        if value.is_none() {
            let by_method = matches!(iterator, Value::Object(_))
                || matches!(iterator, Value::Foreign(object) if object.next.is_none());
            if !by_method {
                return Ok(match self.next(iterator)? {
                    Some(item) => Sent::Yielded(item),
                    None => Sent::Returned(Value::None),
                });
            }
            return match self.call_special(iterator, Name::__next__, &[]) {
                Ok(Some(item)) => Ok(Sent::Yielded(item)),
                Ok(None) => {
                    let class = self.class_name(iterator);
                    Err(self.type_error(format!("'{class}' object is not an iterator")))
                }
                Err(raised) => self.returned_by_stop(raised),
            };
        }
        match self.call_method(iterator, Name::Send, &[value]) {
            Ok(item) => Ok(Sent::Yielded(item)),
            Err(raised) => self.returned_by_stop(raised),
        }
    }

    fn returned_by_stop(&mut self, raised: Raised) -> Result<Sent, Raised> {
        let stop = self.catch(raised, Known::StopIteration)?;
        Ok(Sent::Returned(self.stop_value(&stop)))
    }

    /// The StopIteration that a finished generator raises towards Rust and script callers.
    pub(crate) fn stop_iteration(&mut self, value: Value) -> Raised {
        let args = if value.is_none() { Vec::new() } else { vec![value] };
        let stop = self.new_exception(Known::StopIteration, args);
        self.raise_value(stop)
    }

    /// The iterator of `yield from value`.
    pub(super) fn yield_from_iter(&mut self, value: &Value) -> Result<Value, Raised> {
        if let Value::Gen(generator) = value {
            match generator.kind() {
                GenKind::Generator => return Ok(value.clone()),
                GenKind::Coroutine => {
                    // SAFETY: a frame runs.
                    let flags = unsafe { &*(*self.fp).code }.proto.flags;
                    if flags.has(CodeFlags::COROUTINE) || flags.has(CodeFlags::ITERABLE_COROUTINE) {
                        return Ok(value.clone());
                    }
                    return Err(self.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator"));
                }
                GenKind::AsyncGenerator => {}
            }
        }
        self.iter(value)
    }

    /// The iterator of `await value`.
    ///
    /// # Errors
    ///
    /// TypeError if the value cannot be awaited; what `__await__` raises.
    pub(crate) fn awaitable(&mut self, value: &Value, place: AwaitPlace) -> Result<Value, Raised> {
        if let Value::Gen(generator) = value {
            let flags = generator.code.proto.flags;
            if generator.kind() == GenKind::Coroutine {
                if generator.state.get() == GenState::Suspended {
                    return Err(self.raise(Known::RuntimeError, "coroutine is being awaited already"));
                }
                return Ok(value.clone());
            }
            if flags.has(CodeFlags::ITERABLE_COROUTINE) {
                return Ok(value.clone());
            }
        }
        match self.call_special(value, Name::__await__, &[])? {
            Some(iterator) => {
                if let Value::Gen(generator) = &iterator {
                    if generator.kind() == GenKind::Coroutine {
                        return Err(self.type_error("__await__() returned a coroutine"));
                    }
                }
                let class = self.class_of(&iterator);
                if !matches!(iterator, Value::Gen(_) | Value::Iter(_))
                    && self.lookup_name(&class, Name::__next__).is_none()
                {
                    let class = self.class_name(&iterator);
                    return Err(self.type_error(format!("__await__() returned non-iterator of type '{class}'")));
                }
                Ok(iterator)
            }
            None => {
                let class = self.class_name(value);
                Err(self.type_error(match place {
                    AwaitPlace::Expression => format!("object {class} can't be used in 'await' expression"),
                    AwaitPlace::AsyncWithEnter => format!(
                        "'async with' received an object from __aenter__ that does not implement __await__: {class}"
                    ),
                    AwaitPlace::AsyncWithExit => format!(
                        "'async with' received an object from __aexit__ that does not implement __await__: {class}"
                    ),
                }))
            }
        }
    }
}

//! Instructions that the evaluation loop completes with one call.
//!
//! They are common, but their work does not fit into the loop. Each function here does the usual case out of line, so
//! that the loop keeps its state in machine registers, and says when it is another case that `step` has to do.

use super::cache::{KIND_LIST_APPEND, KIND_MODULE, KIND_NATIVE_METHOD};
use super::frames::{clear_values, move_values, take_values};
use crate::bytecode::{Instr, Reg};
use crate::object::room::has_room;
use crate::object::vm::ReturnTo;
use crate::object::{
    Args, Arity, Cache, CacheSlot, Cell, List, Name, Native, NativeKind, Raised, Str, Tuple, Value, Vm,
};

/// What a step of a `for` loop came to.
pub(super) enum Next {
    /// The item is in its register.
    Item,
    /// The item was a pair, and is unpacked already as the first instruction of the body would.
    Unpacked,
    End,
}

/// Whether a native takes `count` values by position as they come.
#[inline(always)]
fn takes(native: &Native, count: usize) -> bool {
    match native.def.arity {
        Arity::Exact(exact) => count == usize::from(exact),
        Arity::Range(min, max) => count >= usize::from(min) && count <= usize::from(max),
        Arity::Any | Arity::Variadic => true,
        Arity::Named(_) => false,
    }
}

/// Whether two values are certain to be equal or different without script code: strings, or the same kind of singleton.
#[inline(never)]
pub(super) fn plainly_equal(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Some(a.same_text(b)),
        (Value::None, Value::None) => Some(true),
        (Value::Bool(a), Value::Bool(b)) => Some(a.get() == b.get()),
        (Value::None, Value::Int(_) | Value::Str(_)) | (Value::Int(_) | Value::Str(_), Value::None) => Some(false),
        _ => None,
    }
}

impl Vm {
    /// The truth value of what needs no script code for it.
    #[inline(never)]
    pub(super) fn plain_truth(&self, value: &Value) -> Option<bool> {
        Some(match value {
            Value::Float(x) => x.get() != 0.0,
            Value::Str(text) => !text.as_str().is_empty(),
            Value::List(list) => !list.items.get(&self.gil).is_empty(),
            Value::Dict(dict) => !dict.data.get(&self.gil).is_empty(),
            Value::Tuple(items) => !items.is_empty(),
            Value::Set(set) => !set.data.get(&self.gil).is_empty(),
            _ => return None,
        })
    }

    /// Calls the native in `slot` with the `count` arguments at `window`; the result replaces `slot`.
    ///
    /// # Safety
    ///
    /// As for `call_registers`; there is a native in the slot.
    #[inline(never)]
    pub(super) unsafe fn call_native_in(
        &mut self,
        slot: *mut Value,
        window: *mut Value,
        count: usize,
    ) -> Result<(), Raised> {
        // SAFETY: the caller vouches for the registers. The slot keeps the native alive while it is called.
        unsafe {
            let Value::Native(native) = &*slot else { return Ok(()) };
            let args = Args::new(std::slice::from_raw_parts(window, count));
            let fits = match native.kind {
                NativeKind::Function => true,
                NativeKind::Method => {
                    let known = native.owner.as_ref().and_then(|owner| owner.known);
                    count > 0 && known == Some(self.known_class_of(&*window))
                }
                _ => false,
            };
            let result = if fits && takes(native, count) {
                (native.def.call)(self, args)
            } else {
                self.call_native(&native.to_ptr(), args)
            };
            clear_values(window, count);
            *slot = result?;
            Ok(())
        }
    }

    /// Calls a native method of a built-in receiver, or a native of a module, that the site remembers; false if it does
    /// not. The result replaces `slot`.
    ///
    /// # Safety
    ///
    /// As for `call_registers`, with the receiver behind the slot and `nargs` arguments behind that.
    #[inline(never)]
    pub(super) unsafe fn invoke_native(
        &mut self,
        site: *const CacheSlot,
        slot: *mut Value,
        nargs: usize,
    ) -> Result<bool, Raised> {
        // SAFETY: the caller vouches for the registers; the site belongs to the running code. What it refers to is not
        // used any more once the native runs.
        unsafe {
            let site = &*site;
            let receiver = slot.add(1);
            let (native, window, count) = match &*receiver {
                Value::Object(_) | Value::Class(_) | Value::Func(_) | Value::Exc(_) => return Ok(false),
                Value::Module(module) => {
                    let data = module.dict.data.get(&self.gil);
                    let cache = &site.first;
                    if cache.kind != KIND_MODULE || cache.key != data.version() {
                        return Ok(false);
                    }
                    match data.value_at(cache.slot as usize) {
                        Value::Native(native) if native.kind == NativeKind::Function => {
                            (native, receiver.add(1), nargs)
                        }
                        // A function of a module may be a method of an object that the module hides.
                        Value::Method(method) => {
                            let Value::Native(native) = &method.func else { return Ok(false) };
                            let native = native.to_ptr();
                            *receiver = method.receiver.clone();
                            let args = Args::new(std::slice::from_raw_parts(receiver, nargs + 1));
                            let result = self.call_native(&native, args);
                            clear_values(receiver, nargs + 1);
                            *slot = result?;
                            return Ok(true);
                        }
                        _ => return Ok(false),
                    }
                }
                other => {
                    let Some(Value::Native(native)) = self.cached_native(site, other) else { return Ok(false) };
                    (native, receiver, nargs + 1)
                }
            };
            let args = Args::new(std::slice::from_raw_parts(window, count));
            let result = if takes(native, count) {
                let call = native.def.call;
                call(self, args)
            } else {
                let native = native.to_ptr();
                self.call_native(&native, args)
            };
            clear_values(receiver, nargs + 1);
            *slot = result?;
            Ok(true)
        }
    }

    /// Calls a method other than a script function that a site remembers for instances like the one behind the slot. The
    /// result replaces `slot`.
    ///
    /// # Safety
    ///
    /// As for `invoke_native`.
    #[inline(never)]
    pub(super) unsafe fn invoke_own(&mut self, method: &Value, slot: *mut Value, nargs: usize) -> Result<(), Raised> {
        let method = method.clone();
        // SAFETY: the caller vouches for the registers.
        unsafe {
            let args = Args::new(std::slice::from_raw_parts(slot.add(1), nargs + 1));
            let result = match &method {
                Value::Native(native) => self.call_native(&native.to_ptr(), args),
                other => self.call_args(other, args),
            };
            clear_values(slot.add(1), nargs + 1);
            *slot = result?;
        }
        Ok(())
    }

    /// The native method that a site remembers for a receiver of a built-in class.
    #[inline(always)]
    fn cached_native<'a>(&self, site: &'a CacheSlot, receiver: &Value) -> Option<&'a Value> {
        let key = self.builtin_receiver_key(receiver)?;
        let native = |kind| matches!(kind, KIND_NATIVE_METHOD | KIND_LIST_APPEND);
        let hit = |cache: &&Cache| cache.key == key && native(cache.kind);
        [&site.first, &site.second].into_iter().find(hit).map(|cache| &cache.value)
    }

    /// As `cached_native`, for a `LoadMethod`.
    #[inline(never)]
    pub(super) fn native_method(&self, site: &CacheSlot, receiver: &Value) -> Option<Value> {
        self.cached_native(site, receiver).cloned()
    }

    /// Moves the arguments of a call inside a generator, whose registers are not on the stack, to the stack's top.
    ///
    /// # Safety
    ///
    /// The arguments are registers of the running frame, a generator's.
    #[inline(never)]
    pub(super) unsafe fn move_arguments_up(&mut self, window: *mut Value, count: usize) -> *mut Value {
        // SAFETY: the stack above the frame is free.
        unsafe {
            let top = self.top();
            move_values(window, top, count);
            top
        }
    }

    /// The next item of a `for` loop's iterator, which is cleared at the end. A pair made only to be unpacked at the
    /// beginning of the body is not made.
    ///
    /// # Safety
    ///
    /// `iter` is a register, `dst` another of the running frame at `base`, and `body` an instruction of its code.
    #[inline(never)]
    pub(super) unsafe fn for_next(
        &mut self,
        iter: *mut Value,
        base: *mut Value,
        dst: Reg,
        body: *const Instr,
    ) -> Result<Next, Raised> {
        // SAFETY: the caller vouches for the registers. Nobody but the frame changes an iterator's register, and it is
        // not running, so the iterator lives.
        unsafe {
            if let (Value::Iter(iterator), Instr::UnpackSeq { src, first, count: 2 }) = (&*iter, *body) {
                let temporary = src.0 >= (*(*self.fp).code).first_temp;
                if src == dst && temporary && iterator.state.get(&self.gil).makes_pairs() {
                    let Some((one, other)) = self.step_pair(iterator)? else {
                        *iter = Value::Undef;
                        return Ok(Next::End);
                    };
                    let target = base.add(first.0 as usize);
                    *target = one;
                    *target.add(1) = other;
                    return Ok(Next::Unpacked);
                }
            }
            match self.next(&*iter)? {
                Some(item) => {
                    *base.add(dst.0 as usize) = item;
                    Ok(Next::Item)
                }
                None => {
                    *iter = Value::Undef;
                    Ok(Next::End)
                }
            }
        }
    }

    /// `r[dst] := (r[first], ...)` for `BuildTuple`.
    ///
    /// # Safety
    ///
    /// The registers belong to the running frame.
    #[inline(never)]
    pub(super) unsafe fn build_tuple(&mut self, base: *mut Value, dst: Reg, first: Reg, count: u16, first_temp: u16) {
        // SAFETY: the caller vouches for the registers; temporaries are moved out of, locals copied.
        unsafe {
            let items = base.add(first.0 as usize);
            let value = if first.0 >= first_temp {
                Tuple::take_from(items, count as usize)
            } else {
                Tuple::new(take_values(base, first, count, first_temp))
            };
            *base.add(dst.0 as usize) = value.into_value();
        }
    }

    /// `r[dst] := [r[first], ...]` for `BuildList`.
    ///
    /// # Safety
    ///
    /// The registers belong to the running frame.
    #[inline(never)]
    pub(super) unsafe fn build_list(&mut self, base: *mut Value, dst: Reg, first: Reg, count: u16, first_temp: u16) {
        // SAFETY: the caller vouches for the registers.
        unsafe {
            let value = List::new(take_values(base, first, count, first_temp));
            *base.add(dst.0 as usize) = value.into_value();
        }
    }

    /// `a + b` of two strings that have room for their sum.
    #[inline(never)]
    pub(super) fn concatenated(&self, a: &Value, b: &Value) -> Option<Value> {
        match (a, b) {
            (Value::Str(a), Value::Str(b)) if has_room(a.as_str().len() + b.as_str().len()) => {
                Some(Str::concat(a, b).into_value())
            }
            _ => None,
        }
    }

    /// The next item of an iterator that is not a generator, for a `Send` of None.
    #[inline(never)]
    pub(super) fn next_of(&mut self, iterator: &Value) -> Result<Option<Value>, Raised> {
        self.next(iterator)
    }

    /// A new cell in the place of its content.
    #[inline(never)]
    pub(super) fn make_cell(&mut self, place: &mut Value) {
        let content = place.take();
        *place = Cell::new(content).into_value();
    }

    /// `object[index]`, out of line.
    #[inline(never)]
    pub(super) fn item_of(&mut self, object: &Value, index: &Value) -> Result<Value, Raised> {
        let keep = object.clone();
        if let Value::Dict(dict) = &keep {
            return match self.dict_get(dict, index)? {
                Some(value) => Ok(value),
                None => Err(self.key_error(index)),
            };
        }
        self.getitem(&keep, index)
    }

    /// Enters the script method `__getitem__` of an instance or, of a metaclass, a class, whose result goes to r[dst]; false if it has none, or
    /// another kind of one.
    ///
    /// # Safety
    ///
    /// The registers belong to the running frame at `base`.
    #[inline(never)]
    pub(super) unsafe fn enter_getitem(
        &mut self,
        base: *mut Value,
        dst: Reg,
        object: &Value,
        key: &Value,
    ) -> Result<bool, Raised> {
        let Some(func) = self.function_of(object, Name::__getitem__, 2) else { return Ok(false) };
        let args = [object.clone(), key.clone()];
        // SAFETY: the caller vouches for the register.
        unsafe { self.enter_function_with(&func, args, base.add(dst.0 as usize), ReturnTo::Register)? };
        Ok(true)
    }

    /// `object[key] = value`, out of line.
    #[inline(never)]
    pub(super) fn set_item_of(&mut self, object: &Value, key: Value, value: Value) -> Result<(), Raised> {
        let keep = object.clone();
        match &keep {
            Value::Dict(dict) => self.dict_set(dict, key, value),
            _ => self.setitem(&keep, key, value),
        }
    }

    /// `iter(value)`, out of line.
    #[inline(never)]
    pub(super) fn iter_of(&mut self, value: &Value) -> Result<Value, Raised> {
        self.iter(value)
    }
}

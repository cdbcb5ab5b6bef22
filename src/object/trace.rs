//! Which heap objects an object refers to, and how its references are given up to break a cycle.
//!
//! A reference that is not shown counts as one from outside: the object is then kept, never
//! freed wrongly. So everything shown here is counted exactly once.

use std::ptr::NonNull;

use super::header::{Header, Tag};
use super::ptr::{HeapType, Ptr};
use super::*;

fn value(v: &Value, visit: &mut impl FnMut(NonNull<Header>)) {
    if v.is_heap() {
        // SAFETY: tested to be a heap value.
        visit(NonNull::from(unsafe { v.header() }));
    }
}

fn pointer<T: HeapType>(p: &Ptr<T>, visit: &mut impl FnMut(NonNull<Header>)) {
    visit(p.0.cast());
}

fn optional<T: HeapType>(p: &Option<Ptr<T>>, visit: &mut impl FnMut(NonNull<Header>)) {
    if let Some(p) = p {
        pointer(p, visit);
    }
}

/// Shows every counted reference that the object holds.
///
/// # Safety
///
/// The object is alive, the lock is held, and no `&mut` into any cell lives.
pub(super) unsafe fn trace(header: NonNull<Header>, visit: &mut impl FnMut(NonNull<Header>)) {
    macro_rules! object {
        ($type:ty) => {
            header.cast::<$type>().as_ref()
        };
    }
    macro_rules! cell {
        ($cell:expr) => {
            &*$cell.as_ptr()
        };
    }
    // SAFETY: the tag names the type; the caller vouches for the rest.
    unsafe {
        match header.as_ref().tag {
            Tag::Tuple => object!(Tuple).as_slice().iter().for_each(|item| value(item, visit)),
            Tag::List => cell!(object!(List).items).iter().for_each(|item| value(item, visit)),
            Tag::Dict => {
                for entry in cell!(object!(Dict).data).iter() {
                    value(&entry.key, visit);
                    value(&entry.value, visit);
                }
            }
            Tag::Set => cell!(object!(Set).data).iter().for_each(|(key, _)| value(key, visit)),
            Tag::Slice => {
                let slice = object!(Slice);
                [&slice.start, &slice.stop, &slice.step].into_iter().for_each(|part| value(part, visit));
            }
            Tag::Func => {
                let func = object!(Func);
                pointer(&func.globals, visit);
                optional(&func.closure, visit);
                let data = cell!(func.data);
                for part in [&data.name, &data.qualname, &data.module, &data.doc, &data.type_params] {
                    value(part, visit);
                }
                optional(&data.defaults, visit);
                optional(&data.kw_defaults, visit);
                optional(&data.annotations, visit);
                optional(&data.dict, visit);
            }
            Tag::Method => {
                let method = object!(Method);
                value(&method.func, visit);
                value(&method.receiver, visit);
            }
            Tag::Native => {
                let native = object!(Native);
                optional(&native.owner, visit);
                value(&native.captured, visit);
            }
            Tag::Class => {
                let class = object!(Class);
                optional(cell!(class.meta), visit);
                let data = cell!(class.data);
                data.bases.iter().for_each(|base| pointer(base, visit));
                data.mro_tail.iter().for_each(|base| pointer(base, visit));
                pointer(&data.dict, visit);
                value(&data.init_cache, visit);
            }
            Tag::Object => {
                let object = object!(Object);
                pointer(cell!(object.class), visit);
                (&*object.slots_ptr()).iter().for_each(|slot| value(slot, visit));
            }
            Tag::Exc => {
                let data = cell!(object!(Exc).data);
                pointer(&data.class, visit);
                pointer(&data.args, visit);
                value(&data.cause, visit);
                value(&data.context, visit);
                optional(&data.traceback, visit);
                data.fields.iter().for_each(|field| value(field, visit));
                optional(&data.dict, visit);
            }
            Tag::Gen => {
                let generator = object!(Gen);
                pointer(&generator.globals, visit);
                if generator.state.get() != GenState::Running {
                    (&*generator.registers()).iter().for_each(|register| value(register, visit));
                }
                let data = cell!(generator.data);
                value(&data.handled, visit);
            }
            Tag::Cell => value(cell!(object!(Cell).content), visit),
            Tag::Module => pointer(&object!(Module).dict, visit),
            Tag::Iter => trace_iter(cell!(object!(Iter).state), visit),
            Tag::View => {
                let view = object!(View);
                pointer(&view.dict, visit);
                value(&view.owner, visit);
            }
            Tag::Property => {
                let property = object!(Property);
                for part in [&property.get, &property.set, &property.delete, &property.doc, &property.name] {
                    value(cell!(part), visit);
                }
            }
            Tag::Wrapper => {
                let wrapper = object!(Wrapper);
                value(cell!(wrapper.func), visit);
                optional(cell!(wrapper.dict), visit);
            }
            Tag::GetSet => pointer(&object!(GetSet).owner, visit),
            Tag::Traceback => {
                let level = object!(Traceback);
                pointer(&level.globals, visit);
                optional(cell!(level.next), visit);
                value(cell!(level.frame), visit);
            }
            Tag::Foreign => {
                let foreign = object!(Foreign);
                pointer(&foreign.class, visit);
                (cell!(foreign.data)).trace(&mut |v| value(v, visit));
                optional(cell!(foreign.dict), visit);
            }
            _ => {}
        }
    }
}

fn trace_iter(state: &IterState, visit: &mut impl FnMut(NonNull<Header>)) {
    match state {
        IterState::List { list, .. } | IterState::ListReversed { list, .. } => pointer(list, visit),
        IterState::Tuple { tuple, .. } | IterState::Memory { items: tuple, .. } => pointer(tuple, visit),
        IterState::Dict { dict, .. } | IterState::Ordered { dict, .. } => pointer(dict, visit),
        IterState::Set { set, .. } => pointer(set, visit),
        IterState::Sequence { object, .. } | IterState::SequenceReversed { object, .. } => value(object, visit),
        IterState::Callable { callable, sentinel } => {
            value(callable, visit);
            value(sentinel, visit);
        }
        IterState::Enumerate { iter, next } => {
            value(iter, visit);
            value(next, visit);
        }
        IterState::Zip { iters, .. } => pointer(iters, visit),
        IterState::Map { func, iters } => {
            value(func, visit);
            pointer(iters, visit);
        }
        IterState::Filter { func, iter } => {
            value(func, visit);
            value(iter, visit);
        }
        IterState::Range { .. }
        | IterState::BigRange(_)
        | IterState::Str { .. }
        | IterState::Bytes { .. }
        | IterState::ByteArray { .. }
        | IterState::Exhausted { .. } => {}
    }
}

/// What was taken out of an object to break a cycle; dropped when nothing looks into objects any more.
#[derive(Default)]
pub(super) struct Rubble {
    values: Vec<Value>,
    dicts: Vec<DictData>,
    sets: Vec<SetData>,
    iters: Vec<IterState>,
    others: Vec<Option<Ptr<Dict>>>,
}

/// Takes the references out of an object that can be changed. Objects that cannot are freed with the others.
///
/// # Safety
///
/// As for [`trace`], and no reference into the object lives.
pub(super) unsafe fn clear(header: NonNull<Header>, rubble: &mut Rubble) {
    macro_rules! object {
        ($type:ty) => {
            header.cast::<$type>().as_ref()
        };
    }
    macro_rules! cell {
        ($cell:expr) => {
            &mut *$cell.as_ptr()
        };
    }
    // SAFETY: the tag names the type; the caller vouches for the rest.
    unsafe {
        match header.as_ref().tag {
            Tag::List => rubble.values.append(cell!(object!(List).items)),
            Tag::Dict => rubble.dicts.push((cell!(object!(Dict).data)).clear()),
            Tag::Set => rubble.sets.push((cell!(object!(Set).data)).clear()),
            Tag::Object => {
                let slots = &mut *object!(Object).slots_ptr();
                rubble.values.extend(slots.iter_mut().map(Value::take));
            }
            Tag::Cell => rubble.values.push((cell!(object!(Cell).content)).take()),
            Tag::Func => {
                let data = cell!(object!(Func).data);
                rubble.others.push(data.dict.take());
                rubble.others.push(data.kw_defaults.take());
                rubble.others.push(data.annotations.take());
                rubble.values.extend(data.defaults.take().map(Ptr::into_value));
            }
            Tag::Exc => {
                let data = cell!(object!(Exc).data);
                rubble.values.push(std::mem::replace(&mut data.cause, Value::None));
                rubble.values.push(std::mem::replace(&mut data.context, Value::None));
                rubble.values.extend(data.traceback.take().map(Ptr::into_value));
                rubble.values.extend(data.fields.iter_mut().map(Value::take));
                rubble.others.push(data.dict.take());
            }
            Tag::Gen => {
                let generator = object!(Gen);
                if generator.state.get() != GenState::Running {
                    generator.state.set(GenState::Finished);
                    rubble.values.extend((&mut *generator.registers()).iter_mut().map(Value::take));
                }
            }
            Tag::Iter => {
                let state = cell!(object!(Iter).state);
                let of = state.class();
                rubble.iters.push(std::mem::replace(state, IterState::Exhausted { of }));
            }
            Tag::Property => {
                let property = object!(Property);
                for part in [&property.get, &property.set, &property.delete, &property.doc] {
                    rubble.values.push(std::mem::replace(cell!(part), Value::None));
                }
            }
            Tag::Wrapper => rubble.values.push(std::mem::replace(cell!(object!(Wrapper).func), Value::None)),
            Tag::Traceback => rubble.values.push((cell!(object!(Traceback).frame)).take()),
            Tag::Foreign => {
                let foreign = object!(Foreign);
                rubble.values.append(&mut (cell!(foreign.data)).clear());
                rubble.others.push((cell!(foreign.dict)).take());
            }
            Tag::Class => {
                let data = cell!(object!(Class).data);
                rubble.values.push(data.init_cache.take());
                rubble.dicts.push((cell!(data.dict.data)).clear());
            }
            _ => {}
        }
    }
}

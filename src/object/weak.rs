//! Weak references.

use super::heap::{self, Pending};
use super::instance::{CallFn, Foreign, ForeignData};
use super::ptr::{Ptr, Raw};
use super::value::Value;
use super::vm::{Raised, Vm};
use super::{Class, Known, header::Header};
use crate::gil::Gil;

/// A weak reference to a class, for `__subclasses__`.
pub struct WeakClass {
    pub reference: Value,
}

/// The data of a weak reference (`weakref.ref` and what builds on it).
pub struct WeakRef {
    /// Address of the object, 0 once it is gone.
    target: usize,
    header: Option<std::ptr::NonNull<Header>>,
    /// Called with the reference when the object goes; None for none.
    pub callback: Value,
    /// The object's hash, once it was asked for.
    pub hash: Option<i64>,
    /// Whether calling it gives the object, as a proxy does not.
    called: bool,
    /// The reference that this is the data of.
    this: Option<std::ptr::NonNull<Header>>,
}

impl Drop for WeakRef {
    /// A reference that ends before its object leaves the table.
    fn drop(&mut self) {
        let (Some(this), Some(_)) = (self.this, self.header) else { return };
        heap::with_current(|heap| {
            let mut weak = heap.weak.borrow_mut();
            if let Some(list) = weak.get_mut(&self.target) {
                list.retain(|&reference| reference != this);
                if list.is_empty() {
                    weak.remove(&self.target);
                }
            }
        });
    }
}

impl ForeignData for WeakRef {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.callback);
    }

    fn clear(&mut self) -> Vec<Value> {
        vec![self.callback.take()]
    }

    fn call_fn(&self) -> Option<CallFn> {
        self.called.then_some(call)
    }
}

/// A reference is called for its object.
fn call(vm: &mut Vm, reference: &Raw<Foreign>, args: &[Value]) -> Result<Value, Raised> {
    if args.is_empty() {
        let target = reference.get::<WeakRef>(&vm.gil).and_then(WeakRef::upgrade);
        return Ok(target.unwrap_or(Value::None));
    }
    Err(vm.type_error(format!("weakref expected 0 arguments, got {}", args.len())))
}

impl WeakRef {
    /// The object, if it is still there.
    pub fn upgrade(&self) -> Option<Value> {
        let header = self.header?;
        // SAFETY: the header pointer is cleared when the object ends, and the lock is held.
        unsafe {
            let object = header.as_ref();
            if object.count.get() == 0 {
                return None;
            }
            object.count.set(object.count.get() + 1);
            Some(Value::from_header(header))
        }
    }
}

/// A new weak reference of class `class` to a heap object.
pub fn new_reference(class: Ptr<Class>, target: &Value, callback: Value) -> Ptr<Foreign> {
    // SAFETY: tested to be a heap value.
    let header = target.is_heap().then(|| unsafe { target.header() });
    if !callback.is_none() {
        heap::with_current(|heap| heap.callbacks.set(true));
    }
    let data = WeakRef {
        target: target.identity(),
        header: header.map(std::ptr::NonNull::from),
        callback,
        hash: None,
        called: class.known == Some(Known::WeakRef),
        this: None,
    };
    let reference = Foreign::new(class, data);
    if let Some(header) = header {
        header.set(Header::WEAKLY_REFERENCED);
        let this = reference.0.cast::<Header>();
        // SAFETY: the object is new, so nothing looks into it.
        let data: &mut dyn std::any::Any = unsafe { &mut **reference.data.as_ptr() };
        if let Some(weak) = data.downcast_mut::<WeakRef>() {
            weak.this = Some(this);
        }
        heap::with_current(|heap| heap.weak.borrow_mut().entry(target.identity()).or_default().push(this));
    }
    reference
}

/// The reference in the table of an object; None if it is ending itself.
///
/// # Safety
///
/// `reference` stands in the table: references leave it before they are freed.
unsafe fn revive(reference: std::ptr::NonNull<Header>) -> Option<Value> {
    // SAFETY: the caller vouches for the object; one whose count is zero is not given out again.
    unsafe {
        let header = reference.as_ref();
        if header.count.get() == 0 {
            return None;
        }
        header.count.set(header.count.get() + 1);
        Some(Value::from_header(reference))
    }
}

/// The references to an object, the oldest first.
pub fn references_to(target: &Value) -> Vec<Value> {
    heap::with_current(|heap| {
        let weak = heap.weak.borrow();
        let list = weak.get(&target.identity()).map_or(&[][..], Vec::as_slice);
        // SAFETY: the references stand in the table.
        list.iter().filter_map(|&reference| unsafe { revive(reference) }).collect()
    })
    .unwrap_or_default()
}

/// An object is about to end: its weak references are cleared and their callbacks queued, but for those of references
/// that end with it.
pub(super) fn clear_references(address: usize, ends: impl Fn(&Value) -> bool) {
    heap::with_current(|heap| {
        let references = heap.weak.borrow_mut().remove(&address);
        // SAFETY: the references stood in the table until just now, and nothing has been freed since.
        let alive: Vec<Value> =
            references.into_iter().flatten().rev().filter_map(|reference| unsafe { revive(reference) }).collect();
        for reference in alive {
            let Value::Foreign(foreign) = &reference else { continue };
            // SAFETY: drops happen with the lock held and no reference into a cell may live across one that ends an object.
            let data = unsafe { &mut *foreign.data.as_ptr() };
            let data: &mut dyn std::any::Any = &mut **data;
            let Some(weak) = data.downcast_mut::<WeakRef>() else { continue };
            weak.target = 0;
            weak.header = None;
            let callback = weak.callback.take();
            if !callback.is_undef() && !callback.is_none() && reference.ref_count() != Some(1) && !ends(&reference) {
                heap.enqueue(Pending::Callback { callback, reference });
            }
        }
    });
}

/// The object that a weak reference points to, if `value` is one and the object is still there.
pub fn upgrade(gil: &Gil, value: &Value) -> Option<Value> {
    match value {
        Value::Foreign(foreign) => foreign.get::<WeakRef>(gil)?.upgrade(),
        _ => None,
    }
}

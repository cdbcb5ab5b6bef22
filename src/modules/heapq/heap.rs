//! The heap operations. A parent is never greater than its children (never less, in a max-heap).

use crate::bytecode::CmpOp;
use crate::object::{Args, Known, List, Ptr, Raised, Value, Vm};

/// A list seen as a heap.
struct Heap {
    list: Ptr<List>,
    max: bool,
}

impl Heap {
    fn of(vm: &mut Vm, value: &Value, function: &str, max: bool) -> Result<Heap, Raised> {
        match vm.unwrap(value) {
            Value::List(list) => Ok(Heap { list: list.to_ptr(), max }),
            _ => {
                let found = vm.class_name(value);
                let which =
                    if function.contains("push") || function.contains("replace") { "argument 1" } else { "argument" };
                Err(vm.type_error(format!("{function}() {which} must be list, not {found}")))
            }
        }
    }

    fn len(&self, vm: &Vm) -> usize {
        self.list.items.get(&vm.gil).len()
    }

    /// Whether `a` belongs above `b`.
    fn above(&self, vm: &mut Vm, a: &Value, b: &Value) -> Result<bool, Raised> {
        let (a, b) = if self.max { (b, a) } else { (a, b) };
        vm.compare_bool(CmpOp::Lt, a, b)
    }

    /// Whether the item at `a` belongs above that at `b`. Comparing may run script code, but must not change the
    /// heap's size.
    fn above_at(&self, vm: &mut Vm, a: usize, b: usize) -> Result<bool, Raised> {
        let items = self.list.items.get(&vm.gil);
        let len = items.len();
        if let (Value::Int(a), Value::Int(b)) = (&items[a], &items[b]) {
            return Ok(if self.max { b < a } else { a < b });
        }
        let (a, b) = (items[a].clone(), items[b].clone());
        let above = self.above(vm, &a, &b)?;
        if self.len(vm) != len {
            return Err(vm.raise(Known::RuntimeError, "list changed size during iteration"));
        }
        Ok(above)
    }

    fn swap(&self, vm: &mut Vm, a: usize, b: usize) {
        self.list.items.get_mut(&mut vm.gil).swap(a, b);
    }

    /// Moves the item at `at` up to where it belongs below `top`.
    fn rise(&self, vm: &mut Vm, top: usize, mut at: usize) -> Result<(), Raised> {
        while at > top {
            let parent = (at - 1) / 2;
            if !self.above_at(vm, at, parent)? {
                break;
            }
            self.swap(vm, at, parent);
            at = parent;
        }
        Ok(())
    }

    /// Moves the item at `top` down to a leaf and then up to where it belongs, which takes fewer comparisons than
    /// stopping on the way.
    fn sink(&self, vm: &mut Vm, top: usize) -> Result<(), Raised> {
        let len = self.len(vm);
        let mut at = top;
        while 2 * at + 1 < len {
            let left = 2 * at + 1;
            let child = if left + 1 < len && !self.above_at(vm, left, left + 1)? { left + 1 } else { left };
            self.swap(vm, at, child);
            at = child;
        }
        self.rise(vm, top, at)
    }

    fn pop(&self, vm: &mut Vm) -> Result<Value, Raised> {
        let items = self.list.items.get_mut(&mut vm.gil);
        let Some(last) = items.pop() else {
            return Err(vm.raise(Known::IndexError, "index out of range"));
        };
        let Some(first) = items.first_mut() else { return Ok(last) };
        let top = std::mem::replace(first, last);
        self.sink(vm, 0)?;
        Ok(top)
    }

    fn replace(&self, vm: &mut Vm, item: Value) -> Result<Value, Raised> {
        let Some(first) = self.list.items.get_mut(&mut vm.gil).first_mut() else {
            return Err(vm.raise(Known::IndexError, "index out of range"));
        };
        let top = std::mem::replace(first, item);
        self.sink(vm, 0)?;
        Ok(top)
    }

    fn arrange(&self, vm: &mut Vm) -> Result<(), Raised> {
        for at in (0..self.len(vm) / 2).rev() {
            self.sink(vm, at)?;
        }
        Ok(())
    }
}

pub(super) fn heappush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let heap = Heap::of(vm, &args[0], "heappush", false)?;
    heap.list.items.get_mut(&mut vm.gil).push(args[1].clone());
    let last = heap.len(vm) - 1;
    heap.rise(vm, 0, last)?;
    Ok(Value::None)
}

pub(super) fn heappop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Heap::of(vm, &args[0], "heappop", false)?.pop(vm)
}

pub(super) fn heappop_max(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Heap::of(vm, &args[0], "_heappop_max", true)?.pop(vm)
}

pub(super) fn heapreplace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Heap::of(vm, &args[0], "heapreplace", false)?.replace(vm, args[1].clone())
}

pub(super) fn heapreplace_max(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Heap::of(vm, &args[0], "_heapreplace_max", true)?.replace(vm, args[1].clone())
}

pub(super) fn heappushpop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let heap = Heap::of(vm, &args[0], "heappushpop", false)?;
    let Some(top) = heap.list.items.get(&vm.gil).first().cloned() else { return Ok(args[1].clone()) };
    if !heap.above(vm, &top, &args[1])? {
        return Ok(args[1].clone());
    }
    heap.replace(vm, args[1].clone())
}

pub(super) fn heapify(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Heap::of(vm, &args[0], "heapify", false)?.arrange(vm)?;
    Ok(Value::None)
}

pub(super) fn heapify_max(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Heap::of(vm, &args[0], "_heapify_max", true)?.arrange(vm)?;
    Ok(Value::None)
}

//! A program run step by step, outside the chain: what it answers, and the ink that the prices of
//! docs/DEVNET.md make of every instruction and host call on the way.
//!
//! It knows nothing of instrumentation: prices are added up as instructions are executed. It knows as
//! much of WebAssembly as the program under test uses, and stops at anything else.

use std::collections::HashMap;
use std::rc::Rc;

use wasmparser::{
    BlockType, CompositeInnerType, ElementItems, ExternalKind, FuncType, Operator, Parser, Payload,
    TypeRef,
};

use crate::hosts::Hosts;
use crate::paper::{END, HEADER};
use crate::steps::{price, step};

/// Bytes of a page of memory.
pub const PAGE: usize = 65_536;

struct Function<'a> {
    ty: FuncType,
    locals: usize,
    code: Vec<Operator<'a>>,
    /// Where each `block`, `loop`, `if` and `else` ends, and where an `if` has its `else`.
    ends: HashMap<usize, usize>,
    elses: HashMap<usize, usize>,
}

/// A module and its state.
pub struct Interpreter<'a> {
    types: Vec<FuncType>,
    imports: Vec<&'a str>,
    functions: Vec<Rc<Function<'a>>>,
    table: Vec<u32>,
    entry: u32,
    pub globals: Vec<u64>,
    pub memory: Vec<u8>,
    pub ink: u64,
    pub hosts: Hosts,
}

/// Where a branch goes: the next instruction, values that it takes along, and what lies below them.
#[derive(Clone, Copy)]
struct Label {
    target: usize,
    arity: usize,
    height: usize,
    is_loop: bool,
}

impl<'a> Interpreter<'a> {
    pub fn new(wasm: &'a [u8], hosts: Hosts) -> Self {
        let mut this = Self {
            types: Vec::new(),
            imports: Vec::new(),
            functions: Vec::new(),
            table: Vec::new(),
            entry: 0,
            globals: Vec::new(),
            memory: Vec::new(),
            ink: 0,
            hosts,
        };
        let mut declared = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            this.section(payload.expect("module"), &mut declared);
        }
        this
    }

    fn section(&mut self, payload: Payload<'a>, declared: &mut Vec<u32>) {
        match payload {
            Payload::TypeSection(types) => {
                for group in types {
                    for ty in group.expect("types").into_types() {
                        let CompositeInnerType::Func(ty) = ty.composite_type.inner else {
                            panic!("a type of something else");
                        };
                        self.types.push(ty);
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import.expect("import");
                    assert!(matches!(import.ty, TypeRef::Func(_)));
                    self.imports.push(import.name);
                }
            }
            Payload::FunctionSection(types) => declared.extend(types.into_iter().flatten()),
            Payload::MemorySection(memories) => {
                let memory = memories.into_iter().flatten().next().expect("memory");
                self.memory = vec![0; memory.initial as usize * PAGE];
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    let init = global.expect("global").init_expr.get_operators_reader();
                    self.globals.push(constant(init.into_iter()));
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports.into_iter().flatten() {
                    if export.kind == ExternalKind::Func && export.name == "user_entrypoint" {
                        self.entry = export.index;
                    }
                }
            }
            Payload::ElementSection(segments) => {
                for segment in segments.into_iter().flatten() {
                    self.elements(segment);
                }
            }
            Payload::DataSection(segments) => {
                for segment in segments.into_iter().flatten() {
                    let wasmparser::DataKind::Active { offset_expr, .. } = segment.kind else {
                        panic!("passive data");
                    };
                    let at = constant(offset_expr.get_operators_reader().into_iter()) as usize;
                    self.memory[at..at + segment.data.len()].copy_from_slice(segment.data);
                }
            }
            Payload::CodeSectionEntry(body) => {
                let ty = self.types[declared[self.functions.len()] as usize].clone();
                self.functions.push(Rc::new(Function::new(ty, &body)));
            }
            _ => {}
        }
    }

    fn elements(&mut self, segment: wasmparser::Element<'_>) {
        let wasmparser::ElementKind::Active { offset_expr, .. } = segment.kind else {
            panic!("passive elements");
        };
        let at = constant(offset_expr.get_operators_reader().into_iter()) as usize;
        let ElementItems::Functions(items) = segment.items else { panic!("elements") };
        let items: Vec<u32> = items.into_iter().flatten().collect();
        self.table.resize(self.table.len().max(at + items.len()), u32::MAX);
        self.table[at..at + items.len()].copy_from_slice(&items);
    }

    /// Pages of memory.
    pub fn pages(&self) -> u64 {
        (self.memory.len() / PAGE) as u64
    }

    /// Runs the entry point on the call data that the hosts have. Returns its status.
    pub fn run(&mut self) -> u64 {
        let length = self.hosts.calldata.len() as u64;
        self.call(self.entry, vec![length]).expect("status")
    }

    fn call(&mut self, index: u32, arguments: Vec<u64>) -> Option<u64> {
        let Some(index) = (index as usize).checked_sub(self.imports.len()) else {
            let name = self.imports[index as usize];
            let (ink, result) = self.hosts.call(name, &arguments, &mut self.memory);
            self.ink += ink;
            return result;
        };
        let function = self.functions[index].clone();
        let mut frame = Frame::new(function, arguments);
        let mut begins = true;
        while let Some(op) = frame.function.clone().code.get(frame.at) {
            // What ends a basic block is followed by the head of another, wherever it leads.
            self.ink += if begins { HEADER } else { 0 };
            self.ink += price(op, &self.types);
            begins = self.execute(op, &mut frame);
        }
        frame.stack.pop()
    }

    /// Executes an instruction. Says whether it ends a basic block.
    fn execute(&mut self, op: &Operator<'_>, frame: &mut Frame<'_>) -> bool {
        use Operator::*;
        match op {
            Block { blockty } | Loop { blockty } | If { blockty } => {
                frame.open(op, self.arity(*blockty));
            }
            // Reached from the first arm: the second, with its `end`, is jumped over.
            Else => frame.at = frame.labels.pop().expect("if").target,
            End => {
                frame.labels.pop();
                frame.at += 1;
            }
            Return => frame.branch(frame.labels.len() as u32 - 1),
            Br { relative_depth } => frame.branch(*relative_depth),
            BrIf { relative_depth } => match frame.pop() {
                0 => frame.at += 1,
                _ => frame.branch(*relative_depth),
            },
            BrTable { targets } => {
                let chosen = frame.pop() as usize;
                let depth = targets.targets().flatten().nth(chosen);
                frame.branch(depth.unwrap_or(targets.default()));
            }
            Call { function_index } => self.enter(*function_index, frame),
            CallIndirect { .. } => {
                let entry = frame.pop() as usize;
                self.enter(self.table[entry], frame);
            }
            other => {
                step(self, other, &mut frame.stack, &mut frame.locals);
                frame.at += 1;
            }
        }
        matches!(
            op,
            Loop { .. }
                | If { .. }
                | Else
                | End
                | Return
                | Br { .. }
                | BrIf { .. }
                | BrTable { .. }
                | Call { .. }
                | CallIndirect { .. }
        )
    }

    fn enter(&mut self, index: u32, frame: &mut Frame<'_>) {
        let count = match (index as usize).checked_sub(self.imports.len()) {
            Some(index) => self.functions[index].ty.params().len(),
            None => Hosts::parameters(self.imports[index as usize]),
        };
        let arguments = frame.stack.split_off(frame.stack.len() - count);
        let result = self.call(index, arguments);
        frame.stack.extend(result);
        frame.at += 1;
    }

    fn arity(&self, ty: BlockType) -> usize {
        match ty {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(index) => self.types[index as usize].results().len(),
        }
    }
}

/// A function that runs.
struct Frame<'a> {
    function: Rc<Function<'a>>,
    locals: Vec<u64>,
    stack: Vec<u64>,
    labels: Vec<Label>,
    /// The next instruction.
    at: usize,
}

impl<'a> Frame<'a> {
    fn new(function: Rc<Function<'a>>, arguments: Vec<u64>) -> Self {
        let mut locals = arguments;
        locals.resize(locals.len() + function.locals, 0);
        let (target, arity) = (function.code.len(), function.ty.results().len());
        let labels = vec![Label { target, arity, height: 0, is_loop: false }];
        Self { function, locals, stack: Vec::new(), labels, at: 0 }
    }

    fn pop(&mut self) -> u64 {
        self.stack.pop().expect("operand")
    }

    /// Begins a block whose end leaves so many values.
    fn open(&mut self, op: &Operator<'_>, arity: usize) {
        let (here, otherwise) = (self.at, self.function.elses.get(&self.at).copied());
        let end = self.function.ends[&here] + 1;
        self.at += 1;
        let is_loop = matches!(op, Operator::Loop { .. });
        if matches!(op, Operator::If { .. }) && self.pop() == 0 {
            self.at = otherwise.map_or(end, |otherwise| otherwise + 1);
            if otherwise.is_none() {
                return;
            }
        }
        let (target, arity) = if is_loop { (self.at, 0) } else { (end, arity) };
        self.labels.push(Label { target, arity, height: self.stack.len(), is_loop });
    }

    /// Leaves so many blocks, or begins a loop again.
    fn branch(&mut self, depth: u32) {
        let at = self.labels.len() - 1 - depth as usize;
        let label = self.labels[at];
        let kept = self.stack.split_off(self.stack.len() - label.arity);
        self.stack.truncate(label.height);
        self.stack.extend(kept);
        self.labels.truncate(if label.is_loop { at + 1 } else { at });
        self.at = label.target;
    }
}

fn constant<'a>(mut code: impl Iterator<Item = wasmparser::Result<Operator<'a>>>) -> u64 {
    match code.next() {
        Some(Ok(Operator::I32Const { value })) => u64::from(value as u32),
        Some(Ok(Operator::I64Const { value })) => value as u64,
        other => panic!("{other:?} is no constant"),
    }
}

impl<'a> Function<'a> {
    fn new(ty: FuncType, body: &wasmparser::FunctionBody<'a>) -> Self {
        let locals = body.get_locals_reader().expect("locals");
        let locals = locals.into_iter().map(|group| group.expect("locals").0 as usize).sum();
        let code = body.get_operators_reader().expect("code").into_iter();
        let code: Vec<Operator<'a>> = code.collect::<Result<_, _>>().expect("code");
        let (mut ends, mut elses, mut open) = (HashMap::new(), HashMap::new(), Vec::new());
        for (at, op) in code.iter().enumerate() {
            match op {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                    open.push(at);
                }
                Operator::Else => drop(elses.insert(*open.last().expect("if"), at)),
                Operator::End => drop(open.pop().map(|start| ends.insert(start, at))),
                _ => {}
            }
        }
        Self { ty, locals, code, ends, elses }
    }
}

/// The shortest program: a constant and the end, in one basic block.
#[test]
fn instructions_are_paid_for_as_they_are_executed() {
    let text = "(module (memory (export \"memory\") 1 1)
        (func (export \"user_entrypoint\") (param i32) (result i32)
          (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2)))))";
    let wasm = wat::parse_str(text).expect("module");
    // The end of the function; the end of the second arm. The first is left by `else`.
    for (calldata, status) in [(vec![0], 1), (Vec::new(), 2)] {
        let mut run = Interpreter::new(&wasm, Hosts { calldata, ..Hosts::default() });
        assert_eq!(run.run(), status);
        let condition = HEADER + crate::paper::LOCAL_GET + 765;
        assert_eq!(run.ink, condition + (HEADER + 1 + 1) + (HEADER + END));
    }
}

//! A disk that loses power, and one that is full. A library in C (`power.c`) stands between rosterd and its files and
//! writes down what is done to them; here the disk is made that is left after a power cut.
//!
//! What a disk promises is little: what was written before the last fsync of a file is there, and what was made, renamed
//! or deleted in a folder before the last fsync of that folder. Of what came after, nothing may be there, or some, in any
//! order, or parts of it, down to sectors. Names of one folder change in their order, as in every file system with a
//! journal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::roster::chance::Chance;

/// Bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;

/// What was done to a file or a folder.
#[derive(Debug, Clone)]
pub enum Operation {
    Opened {
        fd: i64,
        path: PathBuf,
        emptied: bool,
    },
    Wrote {
        fd: i64,
        at: usize,
        bytes: Vec<u8>,
    },
    Resized {
        fd: i64,
        length: usize,
    },
    Synced {
        fd: i64,
    },
    Deleted(PathBuf),
    Renamed(PathBuf, PathBuf),
    MadeFolder(PathBuf),
    /// It came to standard output.
    Said,
}

/// The library, built once.
pub fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("power-{}.so", std::process::id()));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/power.c");
        let mut build = Command::new("cc");
        build.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-Wno-format-truncation", "-o"]).arg(&library);
        assert!(build.arg(source).arg("-ldl").status().unwrap().success(), "power.c was not built");
        library
    })
}

/// Lets a command write down what it does below a folder.
pub fn watched(command: &mut Command, root: &Path, log: &Path) {
    command.envs(environment(root, log));
}

/// What a process has in its environment that writes down what it does.
pub fn environment(root: &Path, log: &Path) -> [(&'static str, PathBuf); 3] {
    let root = root.components().collect(); // without a slash at the end
    [("LD_PRELOAD", library().to_owned()), ("POWER_ROOT", root), ("POWER_LOG", log.to_owned())]
}

/// What was written down, in its order. A process that was killed may have left the last one half.
pub fn operations(log: &Path) -> Vec<Operation> {
    let bytes = std::fs::read(log).unwrap();
    let (mut rest, mut all) = (&bytes[..], Vec::new());
    while let Some((operation, after)) = operation(rest) {
        all.push(operation);
        rest = after;
    }
    all
}

/// How many of them the library counts at least.
pub fn counted(operations: &[Operation]) -> u64 {
    let counted = |one: &&Operation| !matches!(one, Operation::Opened { .. } | Operation::Said);
    operations.iter().filter(counted).count() as u64
}

fn operation(bytes: &[u8]) -> Option<(Operation, &[u8])> {
    let (head, mut rest) = bytes.split_at_checked(48)?;
    let number = |at: usize| i64::from_ne_bytes(head[at * 8..at * 8 + 8].try_into().unwrap());
    let mut text = |at: usize| {
        let (text, after) = rest.split_at_checked(usize::try_from(number(at)).unwrap())?;
        rest = after;
        Some(text.to_vec())
    };
    let (one, other) = (text(4)?, text(5)?);
    let path = |bytes: Vec<u8>| PathBuf::from(String::from_utf8(bytes).unwrap());
    let (fd, first, second) = (number(1), number(2), number(3));
    let operation = match u8::try_from(number(0)).unwrap() {
        b'n' => Operation::Opened { fd, path: path(one), emptied: second != 0 },
        b'w' => Operation::Wrote { fd, at: usize::try_from(first).unwrap(), bytes: one },
        b't' => Operation::Resized { fd, length: usize::try_from(first).unwrap() },
        b's' => Operation::Synced { fd },
        b'u' => Operation::Deleted(path(one)),
        b'r' => Operation::Renamed(path(one), path(other)),
        b'd' => Operation::MadeFolder(path(one)),
        b'o' => Operation::Said,
        other => panic!("{other}"),
    };
    Some((operation, rest))
}

/// A disk, with what of it is durable and what is not yet.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    nodes: Vec<Node>,
    /// By their names now.
    names: BTreeMap<PathBuf, usize>,
    /// By the names that are durable.
    durable: BTreeMap<PathBuf, usize>,
    /// Changes of names that are not durable, in their order.
    pending: Vec<Naming>,
    open: BTreeMap<i64, (PathBuf, usize)>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    folder: bool,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Resize(usize),
}

#[derive(Debug, Clone)]
enum Naming {
    Made(PathBuf, usize),
    Deleted(PathBuf),
    Renamed(PathBuf, PathBuf),
}

impl Naming {
    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Made(path, _) | Self::Deleted(path) | Self::Renamed(_, path) => path.parent(),
        }
    }

    fn apply(self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Made(path, node) => _ = names.insert(path, node),
            Self::Deleted(path) => _ = names.remove(&path),
            Self::Renamed(from, to) => {
                if let Some(node) = names.remove(&from) {
                    names.insert(to, node);
                }
            }
        }
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write(at, bytes) => {
                let end = at + bytes.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                content[*at..end].copy_from_slice(bytes);
            }
            Self::Resize(length) => content.resize(*length, 0),
        }
    }

    /// The sectors of it, each by itself.
    fn sectors(&self) -> Vec<Self> {
        let Self::Write(at, bytes) = self else { return vec![self.clone()] };
        let (mut pieces, mut from) = (Vec::new(), 0);
        while from < bytes.len() {
            let to = bytes.len().min(from + SECTOR - (at + from) % SECTOR);
            pieces.push(Self::Write(at + from, bytes[from..to].to_vec()));
            from = to;
        }
        pieces
    }
}

impl Disk {
    /// A disk on which all that a folder holds is durable.
    pub fn of(root: &Path) -> Self {
        let mut disk = Self::default();
        disk.add(root);
        disk
    }

    fn add(&mut self, path: &Path) {
        if !path.exists() {
            return;
        }
        let folder = path.is_dir();
        let durable = if folder { Vec::new() } else { std::fs::read(path).unwrap() };
        self.nodes.push(Node { folder, durable, pending: Vec::new() });
        self.names.insert(path.to_owned(), self.nodes.len() - 1);
        self.durable.insert(path.to_owned(), self.nodes.len() - 1);
        if folder {
            for entry in std::fs::read_dir(path).unwrap() {
                self.add(&entry.unwrap().path());
            }
        }
    }

    pub fn take(&mut self, operation: &Operation) {
        match operation {
            Operation::Opened { fd, path, emptied } => {
                let node = match self.names.get(path) {
                    Some(node) => *node,
                    None => self.make(path, Node::default()),
                };
                if *emptied {
                    self.nodes[node].pending.push(Change::Resize(0));
                }
                self.open.insert(*fd, (path.clone(), node));
            }
            Operation::Wrote { fd, at, bytes } => self.change(*fd, Change::Write(*at, bytes.clone())),
            Operation::Resized { fd, length } => self.change(*fd, Change::Resize(*length)),
            Operation::Synced { fd } => {
                let (path, node) = self.open[fd].clone();
                let node = &mut self.nodes[node];
                for change in std::mem::take(&mut node.pending) {
                    change.apply(&mut node.durable);
                }
                if node.folder {
                    let all = std::mem::take(&mut self.pending);
                    let here = |naming: &Naming| naming.folder() == Some(path.as_path());
                    let (now, later): (Vec<Naming>, Vec<Naming>) = all.into_iter().partition(here);
                    self.pending = later;
                    now.into_iter().for_each(|naming| naming.apply(&mut self.durable));
                }
            }
            Operation::Deleted(path) => self.rename(Naming::Deleted(path.clone())),
            Operation::Renamed(from, to) => self.rename(Naming::Renamed(from.clone(), to.clone())),
            Operation::MadeFolder(path) => {
                self.make(path, Node { folder: true, ..Node::default() });
            }
            Operation::Said => {}
        }
    }

    fn make(&mut self, path: &Path, node: Node) -> usize {
        self.nodes.push(node);
        self.rename(Naming::Made(path.to_owned(), self.nodes.len() - 1));
        self.nodes.len() - 1
    }

    fn rename(&mut self, naming: Naming) {
        naming.clone().apply(&mut self.names);
        self.pending.push(naming);
    }

    fn change(&mut self, fd: i64, change: Change) {
        let (_, node) = self.open[&fd];
        self.nodes[node].pending.push(change);
    }

    /// The model is right: what was written down makes the files that are there.
    pub fn agrees_with(&self, root: &Path) {
        for (path, node) in &self.names {
            let node = &self.nodes[*node];
            if !node.folder && path.extension().is_none_or(|extension| extension != "db-shm") {
                let content = node.now();
                let there = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let at = there.iter().zip(&content).position(|(one, other)| one != other);
                let lengths = (there.len(), content.len());
                assert!(there == content, "{} below {}: {lengths:?} {at:?}", path.display(), root.display());
            }
        }
    }

    /// Writes all that is there into another folder, in the place of `root`.
    pub fn whole(&self, root: &Path, into: &Path) {
        for (path, node) in &self.names {
            let to = into.join(path.strip_prefix(root).unwrap());
            if self.nodes[*node].folder {
                std::fs::create_dir_all(to).unwrap();
            } else {
                std::fs::write(to, self.nodes[*node].now()).unwrap();
            }
        }
    }

    /// Writes what a power cut leaves into another folder, in the place of `root`. The seed says what of that is there
    /// which nothing promises.
    pub fn cut(&self, root: &Path, into: &Path, seed: u64) {
        let mut chance = Chance(seed);
        let mut names = self.durable.clone();
        let kept = chance.below(self.pending.len() as u64 + 1);
        for naming in self.pending.iter().take(usize::try_from(kept).unwrap()) {
            naming.clone().apply(&mut names);
        }
        let harm = chance.below(4);
        for (path, node) in names {
            // the index of the write-ahead log is shared memory: nobody promises anything of it
            if path.extension().is_some_and(|extension| extension == "db-shm") {
                continue;
            }
            let to = into.join(path.strip_prefix(root).unwrap());
            let node = &self.nodes[node];
            if node.folder {
                std::fs::create_dir_all(to).unwrap();
                continue;
            }
            // a folder whose name is lost takes with it what is in it
            if to.parent().is_some_and(Path::is_dir) {
                std::fs::write(to, node.after(harm, &mut chance)).unwrap();
            }
        }
    }
}

impl Node {
    /// What it holds as long as the power is on.
    fn now(&self) -> Vec<u8> {
        let mut content = self.durable.clone();
        self.pending.iter().for_each(|change| change.apply(&mut content));
        content
    }

    /// Nothing of what is pending, or the beginning of it, or some in any order, or some of its sectors.
    fn after(&self, harm: u64, chance: &mut Chance) -> Vec<u8> {
        let mut content = self.durable.clone();
        let mut pending: Vec<Change> = match harm {
            0 => Vec::new(),
            1 => {
                let kept = usize::try_from(chance.below(self.pending.len() as u64 + 1)).unwrap();
                self.pending[..kept].to_vec()
            }
            2 => self.pending.clone(),
            _ => self.pending.iter().flat_map(Change::sectors).collect(),
        };
        if harm > 1 {
            pending.retain(|_| chance.below(2) == 0);
            for at in (1..pending.len()).rev() {
                pending.swap(at, usize::try_from(chance.below(at as u64 + 1)).unwrap());
            }
        }
        pending.iter().for_each(|change| change.apply(&mut content));
        content
    }
}

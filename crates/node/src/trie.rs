//! A Merkle-Patricia trie whose versions share what they have in common.
//!
//! Keys are 32 bytes, hashed by the caller, so that no key is the beginning of another and no branch
//! has a value. Changing a key copies the nodes on its path; the rest, hashes included, stays.
//! Source: Ethereum yellow paper, appendix D.

use std::sync::{Arc, OnceLock};

use alloy_consensus::EMPTY_ROOT_HASH;
use alloy_primitives::{B256, Bytes, keccak256};
use alloy_rlp::{BufMut, Encodable, Header};

/// Shortest encoding that its parent refers to by hash.
const HASHED: usize = 32;

/// What a trie holds.
pub(crate) trait Leaf: Clone {
    /// Encoding of the value.
    fn encoded(&self) -> Vec<u8>;
}

/// A version of a trie.
#[derive(Debug)]
pub(crate) struct Trie<V>(Option<Arc<Node<V>>>);

#[derive(Debug)]
struct Node<V> {
    kind: Kind<V>,
    encoded: OnceLock<Vec<u8>>,
}

#[derive(Debug)]
enum Kind<V> {
    /// The rest of a key, and its value.
    Leaf(Vec<u8>, V),
    /// Nibbles that all keys below share.
    Extension(Vec<u8>, Arc<Node<V>>),
    Branch(Box<[Option<Arc<Node<V>>>; 16]>),
}

impl<V> Default for Trie<V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<V> Clone for Trie<V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<V: Leaf> Trie<V> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn root(&self) -> B256 {
        self.0.as_ref().map_or(EMPTY_ROOT_HASH, |root| keccak256(root.encoded()))
    }

    pub(crate) fn get(&self, key: B256) -> Option<&V> {
        let path = nibbles(key);
        let (mut node, mut rest) = (self.0.as_ref()?, path.as_slice());
        loop {
            match &node.kind {
                Kind::Leaf(path, value) => return (path == rest).then_some(value),
                Kind::Extension(path, child) => {
                    (node, rest) = (child, rest.strip_prefix(path.as_slice())?);
                }
                Kind::Branch(children) => {
                    let (first, after) = rest.split_first()?;
                    (node, rest) = (children[usize::from(*first)].as_ref()?, after);
                }
            }
        }
    }

    pub(crate) fn insert(&mut self, key: B256, value: V) {
        self.0 = Some(insert(self.0.as_ref(), &nibbles(key), value));
    }

    pub(crate) fn remove(&mut self, key: B256) {
        if self.get(key).is_some() {
            self.0 = self.0.as_ref().and_then(|root| remove(root, &nibbles(key)));
        }
    }

    /// Encoded nodes from the root towards a key, as far as they exist. What is short enough to be
    /// part of its parent has no entry of its own.
    pub(crate) fn proof(&self, key: B256) -> Vec<Bytes> {
        let path = nibbles(key);
        let (mut next, mut rest) = (self.0.as_ref(), path.as_slice());
        let mut proof = Vec::new();
        while let Some(node) = next {
            if proof.is_empty() || node.encoded().len() >= HASHED {
                proof.push(Bytes::copy_from_slice(node.encoded()));
            }
            next = match &node.kind {
                Kind::Leaf(..) => None,
                Kind::Extension(path, child) => {
                    let after = rest.strip_prefix(path.as_slice());
                    rest = after.unwrap_or_default();
                    after.map(|_| child)
                }
                Kind::Branch(children) => rest.split_first().and_then(|(first, after)| {
                    rest = after;
                    children[usize::from(*first)].as_ref()
                }),
            };
        }
        proof
    }
}

impl<V: Leaf> Node<V> {
    fn new(kind: Kind<V>) -> Arc<Self> {
        Arc::new(Self { kind, encoded: OnceLock::new() })
    }

    fn encoded(&self) -> &[u8] {
        self.encoded.get_or_init(|| {
            let mut items = Vec::new();
            match &self.kind {
                Kind::Leaf(path, value) => {
                    compact(path, true).as_slice().encode(&mut items);
                    value.encoded().as_slice().encode(&mut items);
                }
                Kind::Extension(path, child) => {
                    compact(path, false).as_slice().encode(&mut items);
                    child.refer(&mut items);
                }
                Kind::Branch(children) => {
                    for child in children.iter() {
                        match child {
                            Some(child) => child.refer(&mut items),
                            None => items.put_u8(alloy_rlp::EMPTY_STRING_CODE),
                        }
                    }
                    items.put_u8(alloy_rlp::EMPTY_STRING_CODE);
                }
            }
            let mut encoded = Vec::new();
            Header { list: true, payload_length: items.len() }.encode(&mut encoded);
            encoded.extend(items);
            encoded
        })
    }

    /// Writes how a parent refers to this node: by its hash, or by itself if it is short.
    fn refer(&self, out: &mut Vec<u8>) {
        let encoded = self.encoded();
        match encoded.len() < HASHED {
            true => out.extend(encoded),
            false => keccak256(encoded).encode(out),
        }
    }
}

fn insert<V: Leaf>(node: Option<&Arc<Node<V>>>, path: &[u8], value: V) -> Arc<Node<V>> {
    let Some(node) = node else { return Node::new(Kind::Leaf(path.to_vec(), value)) };
    match &node.kind {
        Kind::Leaf(own, _) if own == path => Node::new(Kind::Leaf(path.to_vec(), value)),
        Kind::Leaf(own, old) => {
            let shared = shared(own, path);
            let rest = Node::new(Kind::Leaf(own[shared + 1..].to_vec(), old.clone()));
            fork(&own[..=shared], rest, path, value)
        }
        Kind::Extension(own, child) => {
            let shared = shared(own, path);
            if shared == own.len() {
                let child = insert(Some(child), &path[shared..], value);
                return Node::new(Kind::Extension(own.clone(), child));
            }
            let rest = prefixed(&own[shared + 1..], child);
            fork(&own[..=shared], rest, path, value)
        }
        Kind::Branch(children) => {
            let mut children = children.clone();
            let child = &mut children[usize::from(path[0])];
            *child = Some(insert(child.as_ref(), &path[1..], value));
            Node::new(Kind::Branch(children))
        }
    }
}

/// A branch where `path` leaves `own`, whose last nibble leads to `rest`.
fn fork<V: Leaf>(own: &[u8], rest: Arc<Node<V>>, path: &[u8], value: V) -> Arc<Node<V>> {
    let at = own.len() - 1;
    let mut children: [Option<Arc<Node<V>>>; 16] = Default::default();
    children[usize::from(own[at])] = Some(rest);
    children[usize::from(path[at])] = Some(Node::new(Kind::Leaf(path[at + 1..].to_vec(), value)));
    prefixed(&own[..at], &Node::new(Kind::Branch(Box::new(children))))
}

/// A node below nibbles, with the two merged where the form demands it.
fn prefixed<V: Leaf>(path: &[u8], node: &Arc<Node<V>>) -> Arc<Node<V>> {
    if path.is_empty() {
        return node.clone();
    }
    match &node.kind {
        Kind::Leaf(rest, value) => Node::new(Kind::Leaf([path, rest].concat(), value.clone())),
        Kind::Extension(rest, child) => {
            Node::new(Kind::Extension([path, rest].concat(), child.clone()))
        }
        Kind::Branch(_) => Node::new(Kind::Extension(path.to_vec(), node.clone())),
    }
}

/// What is left without a key that is there.
fn remove<V: Leaf>(node: &Arc<Node<V>>, path: &[u8]) -> Option<Arc<Node<V>>> {
    match &node.kind {
        Kind::Leaf(..) => None,
        Kind::Extension(own, child) => {
            remove(child, path.get(own.len()..)?).map(|child| prefixed(own, &child))
        }
        Kind::Branch(children) => {
            let mut children = children.clone();
            let (first, rest) = path.split_first()?;
            let child = &mut children[usize::from(*first)];
            *child = child.as_ref().and_then(|child| remove(child, rest));
            let mut left = (0_u8..)
                .zip(children.iter())
                .filter_map(|(nibble, child)| child.as_ref().map(|child| (nibble, child)));
            match (left.next(), left.next()) {
                (Some((nibble, only)), None) => Some(prefixed(&[nibble], only)),
                _ => Some(Node::new(Kind::Branch(children))),
            }
        }
    }
}

/// Nibbles that two paths begin with.
fn shared(left: &[u8], right: &[u8]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}

fn nibbles(key: B256) -> Vec<u8> {
    key.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect()
}

/// Nibbles as bytes: a flag for leaves and one for odd lengths come first.
fn compact(path: &[u8], is_leaf: bool) -> Vec<u8> {
    let flag = if is_leaf { 2_u8 } else { 0 };
    let (first, rest) = match path.len() % 2 {
        0 => (flag << 4, path),
        _ => (((flag | 1) << 4) | path[0], &path[1..]),
    };
    let pairs = rest.chunks_exact(2).map(|pair| (pair[0] << 4) | pair[1]);
    [first].into_iter().chain(pairs).collect()
}

#[cfg(test)]
mod tests {
    use alloy_trie::proof::verify_proof;
    use alloy_trie::{HashBuilder, Nibbles};

    use super::*;

    impl Leaf for u64 {
        fn encoded(&self) -> Vec<u8> {
            alloy_rlp::encode(self)
        }
    }

    /// Keys that share from none to all but the last of their nibbles.
    fn key(number: u64) -> B256 {
        let hash = keccak256(number.to_be_bytes());
        let mut key = keccak256((number % 7).to_be_bytes());
        let keep = (number % 33) as usize;
        key[keep..].copy_from_slice(&hash[keep..]);
        key
    }

    /// The root by another implementation.
    fn reference(values: &std::collections::BTreeMap<B256, u64>) -> B256 {
        let mut builder = HashBuilder::default();
        for (key, value) in values {
            builder.add_leaf(Nibbles::unpack(key), &value.encoded());
        }
        builder.root()
    }

    #[test]
    fn the_root_is_that_of_a_trie_built_at_once() {
        let (mut trie, mut values) = (Trie::default(), std::collections::BTreeMap::new());
        assert_eq!(trie.root(), EMPTY_ROOT_HASH);
        for number in 0..600_u64 {
            // Short values make nodes that are part of their parents.
            let value = if number % 3 == 0 { 1 } else { u64::MAX - number };
            trie.insert(key(number), value);
            values.insert(key(number), value);
            if number % 5 == 4 {
                let gone = key(number / 2);
                trie.remove(gone);
                values.remove(&gone);
            }
            if number % 17 == 0 {
                assert_eq!(trie.root(), reference(&values), "after {number}");
            }
        }
        let before = (trie.clone(), trie.root());
        for key in values.keys().copied().collect::<Vec<_>>() {
            trie.remove(key);
            values.remove(&key);
            assert_eq!(trie.root(), reference(&values));
        }
        assert!(trie.is_empty());
        // The version before is what it was.
        assert_eq!(before.0.root(), before.1);
    }

    #[test]
    fn proofs_show_what_is_there_and_what_is_not() {
        let (mut trie, mut values) = (Trie::default(), std::collections::BTreeMap::new());
        for number in 0..200_u64 {
            trie.insert(key(number), number + 1);
            values.insert(key(number), number + 1);
        }
        for number in 0..400_u64 {
            let key = key(number);
            assert_eq!(trie.get(key), values.get(&key));
            let value = values.get(&key).map(Leaf::encoded);
            let proof = trie.proof(key);
            verify_proof(trie.root(), Nibbles::unpack(key), value, &proof).expect("proof");
        }
        assert!(Trie::<u64>::default().proof(key(1)).is_empty());
    }
}

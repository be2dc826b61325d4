//! A proxy before the directory that lets a test rewrite the server's answers: what Active Directory does and Samba
//! does not, and what no server should do.

use std::sync::{Arc, Mutex};

use rosterd::net::client_config;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex as AsyncMutex;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::lab::Lab;

/// What a test makes of an answer.
pub enum Answer {
    Pass,
    Instead(Vec<u8>),
    /// These bytes, and the end of the connection.
    Last(Vec<u8>),
    /// Nothing, now and later on this connection.
    Silence,
}

/// What a test makes of a request.
pub enum Onward {
    Pass,
    /// The server never gets it; this is the answer.
    Answer(Vec<u8>),
}

/// Looks at each answer of the server, of all connections.
pub type Rewrite = Box<dyn FnMut(&[u8]) -> Answer + Send>;
/// Looks at each request, of all connections.
pub type Look = Box<dyn FnMut(&[u8]) -> Onward + Send>;

/// Starts a proxy before Active Directory for as long as the test's runtime lives; answers its URL.
pub async fn start(lab: &Lab, rewrite: Rewrite) -> String {
    before(lab, "LDAPS_URL", rewrite).await
}

/// The same before the server whose address this value of the lab is.
pub async fn before(lab: &Lab, server: &str, rewrite: Rewrite) -> String {
    start_before(lab, lab.value(server), Box::new(|_| Onward::Pass), rewrite).await
}

/// The same before the server at `server`, with a look at the requests.
pub async fn start_before(lab: &Lab, server: &str, look: Look, rewrite: Rewrite) -> String {
    let certificate = CertificateDer::from_pem_file(lab.path("PROXY_CERT_FILE")).unwrap();
    let key = PrivateKeyDer::from_pem_file(lab.path("PROXY_KEY_FILE")).unwrap();
    let trust = client_config(Some(&lab.path("CA_FILE"))).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let (acceptor, connector) = (TlsAcceptor::from(Arc::new(config)), TlsConnector::from(trust));
    let address = server.trim_start_matches("ldaps://").to_owned();
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) => (host.to_owned(), port.parse().unwrap()),
        None => (address, 636),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldaps://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let (look, rewrite) = (Arc::new(Mutex::new(look)), Arc::new(Mutex::new(rewrite)));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (acceptor, connector) = (acceptor.clone(), connector.clone());
            let (host, look, rewrite) = (host.clone(), Arc::clone(&look), Arc::clone(&rewrite));
            tokio::spawn(async move {
                let Ok(client) = acceptor.accept(client).await else { return };
                let server = TcpStream::connect((host.as_str(), port)).await.unwrap();
                let server = connector.connect(ServerName::try_from(host).unwrap(), server).await.unwrap();
                let (requests, to_client) = tokio::io::split(client);
                let (answers, to_server) = tokio::io::split(server);
                let to_client = AsyncMutex::new(to_client);
                tokio::select! {
                    () = ask(requests, to_server, &to_client, &look) => {}
                    () = pass(answers, &to_client, &rewrite) => {}
                }
            });
        }
    });
    url
}

async fn ask<C: AsyncRead, S: AsyncWrite, B: AsyncWrite>(
    mut requests: ReadHalf<C>,
    mut server: WriteHalf<S>,
    client: &AsyncMutex<WriteHalf<B>>,
    look: &Mutex<Look>,
) {
    let mut bytes = Vec::new();
    loop {
        while let Some(length) = length(&bytes).filter(|length| bytes.len() >= *length) {
            let message: Vec<u8> = bytes.drain(..length).collect();
            let onward = look.lock().unwrap()(&message);
            let sent = match onward {
                Onward::Pass => server.write_all(&message).await.and(server.flush().await),
                Onward::Answer(answer) => {
                    let mut client = client.lock().await;
                    client.write_all(&answer).await.and(client.flush().await)
                }
            };
            if sent.is_err() {
                return;
            }
        }
        if !matches!(requests.read_buf(&mut bytes).await, Ok(1..)) {
            return;
        }
    }
}

async fn pass<S: AsyncRead, C: AsyncWrite>(
    mut answers: ReadHalf<S>,
    client: &AsyncMutex<WriteHalf<C>>,
    rewrite: &Mutex<Rewrite>,
) {
    let mut bytes = Vec::new();
    let mut silent = false;
    loop {
        while let Some(length) = length(&bytes).filter(|length| bytes.len() >= *length) {
            let message: Vec<u8> = bytes.drain(..length).collect();
            let answer = if silent { Answer::Silence } else { rewrite.lock().unwrap()(&message) };
            let (sent, last) = match answer {
                Answer::Pass => (message, false),
                Answer::Instead(other) => (other, false),
                Answer::Last(other) => (other, true),
                Answer::Silence => {
                    silent = true;
                    continue;
                }
            };
            let mut client = client.lock().await;
            if client.write_all(&sent).await.is_err() || client.flush().await.is_err() || last {
                let _ended = client.shutdown().await;
                return;
            }
        }
        if !matches!(answers.read_buf(&mut bytes).await, Ok(1..)) {
            return;
        }
    }
}

/// The whole length of the element that starts here, once its header is there.
fn length(bytes: &[u8]) -> Option<usize> {
    let first = usize::from(*bytes.get(1)?);
    if first < 0x80 {
        return Some(2 + first);
    }
    let digits = bytes.get(2..2 + (first & 0x7f))?;
    Some(2 + digits.len() + digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)))
}

/// An element as a tree, to be looked at and changed.
#[derive(Debug, Clone)]
pub enum Tree {
    Leaf(u8, Vec<u8>),
    Node(u8, Vec<Tree>),
}

impl Tree {
    pub fn parse(bytes: &[u8]) -> Self {
        let whole = length(bytes).unwrap();
        let header = if bytes[1] < 0x80 { 2 } else { 2 + usize::from(bytes[1] & 0x7f) };
        let mut content = &bytes[header..whole];
        if bytes[0] & 0x20 == 0 {
            return Self::Leaf(bytes[0], content.to_vec());
        }
        let mut parts = Vec::new();
        while !content.is_empty() {
            let (part, rest) = content.split_at(length(content).unwrap());
            parts.push(Self::parse(part));
            content = rest;
        }
        Self::Node(bytes[0], parts)
    }

    /// As Active Directory writes it: four bytes for the length of everything constructed.
    pub fn bytes(&self) -> Vec<u8> {
        let (tag, content) = match self {
            Self::Leaf(tag, content) => (*tag, content.clone()),
            Self::Node(tag, parts) => (*tag, parts.iter().flat_map(Self::bytes).collect()),
        };
        let digits = u32::try_from(content.len()).unwrap().to_be_bytes();
        [vec![tag, 0x84], digits.to_vec(), content].concat()
    }

    pub fn parts(&self) -> &[Tree] {
        match self {
            Self::Node(_, parts) => parts,
            Self::Leaf(..) => &[],
        }
    }

    pub fn text(&self) -> String {
        match self {
            Self::Leaf(_, content) => String::from_utf8_lossy(content).into_owned(),
            Self::Node(..) => String::new(),
        }
    }

    pub fn tag(&self) -> u8 {
        match self {
            Self::Leaf(tag, _) | Self::Node(tag, _) => *tag,
        }
    }
}

/// The tag of the operation in a message.
pub fn operation(message: &[u8]) -> u8 {
    Tree::parse(message).parts()[1].tag()
}

pub const SEARCH: u8 = 0x63;
pub const MODIFY: u8 = 0x66;
pub const ENTRY: u8 = 0x64;
pub const DONE: u8 = 0x65;

/// The message with the attributes of its entry changed.
pub fn with_attributes(message: &[u8], change: impl Fn(&str, &[Tree]) -> Vec<(String, Vec<Tree>)>) -> Vec<u8> {
    let Tree::Node(tag, mut parts) = Tree::parse(message) else { panic!("no message") };
    let [name, attributes] = parts[1].parts() else { panic!("no entry") };
    let mut changed = Vec::new();
    for attribute in attributes.parts() {
        let [description, values] = attribute.parts() else { panic!("no attribute") };
        for (name, values) in change(&description.text(), values.parts()) {
            let name = Tree::Leaf(4, name.into_bytes());
            changed.push(Tree::Node(0x30, vec![name, Tree::Node(0x31, values)]));
        }
    }
    parts[1] = Tree::Node(ENTRY, vec![name.clone(), Tree::Node(0x30, changed)]);
    Tree::Node(tag, parts).bytes()
}

/// A searchResDone with this code for the search that `message` answers; no control says that anything follows.
pub fn done(message: &[u8], code: u8) -> Vec<u8> {
    let number = Tree::parse(message).parts()[0].clone();
    let result = vec![Tree::Leaf(0x0a, vec![code]), Tree::Leaf(4, Vec::new()), Tree::Leaf(4, Vec::new())];
    Tree::Node(0x30, vec![number, Tree::Node(DONE, result)]).bytes()
}

/// Whether the message holds these bytes somewhere.
pub fn holds(message: &[u8], bytes: &[u8]) -> bool {
    message.windows(bytes.len()).any(|window| window == bytes)
}

/// The code and the text of a result.
pub fn result(message: &[u8]) -> Option<(u8, String)> {
    let whole = Tree::parse(message);
    match whole.parts().get(1)?.parts() {
        [Tree::Leaf(0x0a, code), _, text, ..] => Some((*code.first()?, text.text())),
        _ => None,
    }
}

/// A result of this kind, code and text, for the operation that `message` asks for or answers.
pub fn with_result(message: &[u8], kind: u8, code: u8, text: &str) -> Vec<u8> {
    let number = Tree::parse(message).parts()[0].clone();
    let result = vec![Tree::Leaf(0x0a, vec![code]), Tree::Leaf(4, Vec::new()), Tree::Leaf(4, text.into())];
    Tree::Node(0x30, vec![number, Tree::Node(kind, result)]).bytes()
}

/// Values that an answer holds, as Active Directory gives those of a large group: an empty attribute, and the first
/// part under a name with a range; later parts as they are asked for.
pub fn in_parts(most: usize) -> Rewrite {
    Box::new(move |message| {
        if operation(message) != ENTRY {
            return Answer::Pass;
        }
        Answer::Instead(with_attributes(message, |name, values| {
            let (plain, from) = match name.split_once(";range=") {
                Some((plain, range)) => (plain, range.split('-').next().unwrap().parse().unwrap()),
                None => (name, 0_usize),
            };
            if plain != "member" || values.len() <= most {
                return vec![(name.to_owned(), values.to_vec())];
            }
            let part = (format!("member;range={from}-{}", from + most - 1), values[..most].to_vec());
            if from == 0 { vec![("member".to_owned(), Vec::new()), part] } else { vec![part] }
        }))
    })
}

/// A message of this many elements, each in the one before.
pub fn nested(depth: usize) -> Vec<u8> {
    let mut headers = Vec::new();
    let mut length = 2;
    for _ in 0..depth {
        let digits = u32::try_from(length).unwrap().to_be_bytes();
        headers.push([0x30, 0x84, digits[0], digits[1], digits[2], digits[3]]);
        length += 6;
    }
    headers.reverse();
    [headers.concat(), b"\x04\x00".to_vec()].concat()
}

//! A web server on loopback: it serves what it is given, remembers what it was asked, and fails on request.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::exchange::Head;

/// What the server does wrong, so many times, with whatever is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Hangs up after so many bytes of a body.
    HangUp(u64),
    /// Sends no more after so many bytes of a body, and does not hang up.
    Stall(u64),
    /// Sends whole bodies whatever range was asked for.
    NoRanges,
    /// Sends the range of another thing than that which was asked for: `if-range` is ignored, and the tag is another.
    OtherTag,
    /// Answers with this status; 429 has `retry-after: 0`.
    Status(u16),
    /// Sends the body in pieces of so many bytes with a pause after each.
    Slow(usize, Duration),
}

/// What is answered.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// 0 is 200, or 206 where a range was asked for.
    pub status: u16,
    /// Besides the length, and a tag made of the body.
    pub headers: Vec<(String, String)>,
    /// As a whole.
    pub body: Vec<u8>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Such as `GET`.
    pub method: String,
    /// With its query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// All of it.
    pub body: Vec<u8>,
}

impl Asked {
    /// The header of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// What answers to what no page was put for.
type Handler = dyn Fn(&Asked) -> Option<Page> + Send + Sync;

/// A server that runs until it is dropped.
pub struct Web {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url(""))
    }
}

#[derive(Default)]
struct Shared {
    pages: Mutex<BTreeMap<String, Page>>,
    handler: Mutex<Option<Arc<Handler>>>,
    faults: Mutex<Vec<(Fault, u32)>>,
    asked: Mutex<Vec<Asked>>,
    stopped: AtomicBool,
}

impl Web {
    /// Starts a server that has nothing.
    ///
    /// # Panics
    /// When there is no loopback.
    pub fn start() -> Web {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port on loopback");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        let thread = Some(thread::spawn(move || serve(&listener, &served)));
        Web { port, shared, thread }
    }

    /// The address of a path, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Where it listens, as `127.0.0.1:port`.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Serves these bytes under a path, and says their address.
    pub fn put(&self, path: &str, body: impl Into<Vec<u8>>) -> String {
        self.page(path, Page { body: body.into(), ..Page::default() })
    }

    /// Sends who asks for a path elsewhere, and says the address.
    pub fn redirect(&self, path: &str, to: &str) -> String {
        let headers = vec![("location".into(), to.into())];
        self.page(path, Page { status: 302, headers, body: Vec::new() })
    }

    /// Serves a page under a path, and says its address.
    pub fn page(&self, path: &str, page: Page) -> String {
        locked(&self.shared.pages).insert(path.to_owned(), page);
        self.url(path)
    }

    /// Asks this what to answer where no page was put.
    pub fn otherwise(&self, handler: impl Fn(&Asked) -> Option<Page> + Send + Sync + 'static) {
        *locked(&self.shared.handler) = Some(Arc::new(handler));
    }

    /// From now on, does so many requests wrong, after those of earlier calls.
    pub fn fail(&self, fault: Fault, times: u32) {
        locked(&self.shared.faults).insert(0, (fault, times));
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        locked(&self.shared.asked).clone()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes it up.
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming().map_while(Result::ok) {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let shared = Arc::clone(shared);
        thread::spawn(move || drop(shared.converse(stream)));
    }
}

impl Shared {
    /// Answers request after request, until either side hangs up.
    fn converse(&self, mut stream: TcpStream) -> io::Result<()> {
        // What is written in parts would wait for each other's acknowledgement.
        stream.set_nodelay(true)?;
        let mut from = BufReader::new(stream.try_clone()?);
        while let Some(head) = Head::read(&mut from)? {
            let body = head.body(&mut from)?;
            let Head { method, target, headers } = head.clone();
            let asked = Asked { method, target, headers, body };
            locked(&self.asked).push(asked.clone());
            let fault = self.fault();
            let page = match fault {
                Some(Fault::Status(status)) => Some(Page { status, ..Page::default() }),
                _ => self.find(&asked),
            };
            let page = page.unwrap_or(Page { status: 404, ..Page::default() });
            self.answer(&mut stream, &head, &page, fault)?;
        }
        Ok(())
    }

    fn find(&self, asked: &Asked) -> Option<Page> {
        let page = locked(&self.pages).get(&asked.target).cloned();
        let handler = locked(&self.handler).clone();
        page.or_else(|| handler?(asked))
    }

    fn fault(&self) -> Option<Fault> {
        let mut faults = locked(&self.faults);
        let (fault, left) = faults.last_mut()?;
        let fault = fault.clone();
        *left -= 1;
        if *left == 0 {
            faults.pop();
        }
        Some(fault)
    }

    fn answer(
        &self,
        to: &mut TcpStream,
        head: &Head,
        page: &Page,
        fault: Option<Fault>,
    ) -> io::Result<()> {
        let tag = match fault {
            Some(Fault::OtherTag) => "\"other\"".to_owned(),
            _ => tag(&page.body),
        };
        let length = page.body.len() as u64;
        let is_same = head.header("if-range").is_none_or(|wanted| wanted == tag)
            || fault == Some(Fault::OtherTag);
        let range = head.range(length).filter(|(from, until)| from < until);
        let range = range.filter(|_| is_same && page.status == 0 && fault != Some(Fault::NoRanges));
        let (from, until) = range.unwrap_or((0, length));
        let status = match (page.status, range) {
            (0, Some(_)) => 206,
            (0, None) => 200,
            (429, _) if page.headers.is_empty() => {
                to.write_all(b"HTTP/1.1 429 X\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n")?;
                return Ok(());
            }
            (status, _) => status,
        };
        let mut text = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", until - from);
        if page.status == 0 {
            text += &format!("etag: {tag}\r\n");
        }
        if range.is_some() {
            text += &format!("content-range: bytes {from}-{}/{length}\r\n", until - 1);
        }
        for (name, value) in &page.headers {
            text += &format!("{name}: {value}\r\n");
        }
        to.write_all((text + "\r\n").as_bytes())?;
        if head.method == "HEAD" {
            return Ok(());
        }
        self.send(to, &page.body[from as usize..until as usize], fault)
    }

    fn send(&self, to: &mut TcpStream, body: &[u8], fault: Option<Fault>) -> io::Result<()> {
        let cut = |most: u64| &body[..body.len().min(most as usize)];
        match fault {
            Some(Fault::HangUp(most)) => {
                to.write_all(cut(most))?;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Some(Fault::Stall(most)) => {
                to.write_all(cut(most))?;
                while !self.stopped.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(20));
                }
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Some(Fault::Slow(piece, pause)) => body.chunks(piece).try_for_each(|piece| {
                thread::sleep(pause);
                to.write_all(piece)
            }),
            _ => to.write_all(body),
        }
    }
}

/// Another one for other bytes.
fn tag(body: &[u8]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

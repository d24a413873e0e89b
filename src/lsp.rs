//! The language server: the protocol over standard input and output.
//!
//! Takes messages of a client; gives answers from [`crate::ide`] and findings of the compiler. One thread reads, one writes and
//! answers, two check in the background. It writes no file; edits are proposals that the editor applies.

mod actions;
mod client;
mod convert;
mod framing;
mod gates;
mod protocol;
mod requests;
mod session;
mod uri;
mod worker;
mod workspace;

use crate::cli::exit::CliError;
use framing::Frame;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::Value;
use session::Session;
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// What the main loop waits for.
pub(crate) enum Event {
    Message(Message),
    /// A message that is no JSON or no message: its number of bytes is all that is known of it.
    Unreadable(String),
    /// The client has closed its end.
    Closed,
    Checked(worker::Checked),
}

/// How the client ended the session: the exit code is 0 only after `shutdown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    AsAsked,
    /// `exit` or the end of the input without a `shutdown` before.
    Early,
}

/// Speaks with one client until it says `exit`.
pub fn run() -> Result<Ending, CliError> {
    let (sender, events) = channel();
    let reading = sender.clone();
    let failed = |source| CliError::io("start", "a thread", source);
    thread::Builder::new().name("lsp-reader".to_owned()).spawn(move || read(&reading)).map_err(failed)?;
    let mut server = Server { out: Box::new(io::stdout().lock()), state: State::New, session: None, sender };
    server.serve(&events)
}

/// Reads messages until the input ends. One that cannot be read is told and passed over; where even its length is wrong, there
/// is no telling where the next begins.
fn read(events: &Sender<Event>) {
    let mut input = io::stdin().lock();
    loop {
        let event = match framing::read(&mut input) {
            Frame::Message(message) => Event::Message(message),
            Frame::Unreadable(what) => Event::Unreadable(what),
            Frame::End => Event::Closed,
        };
        let is_last = matches!(event, Event::Closed);
        if events.send(event).is_err() || is_last {
            return;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before `initialize`.
    New,
    Running,
    /// After `shutdown`.
    Down,
}

struct Server {
    out: Box<dyn Write>,
    state: State,
    session: Option<Session>,
    sender: Sender<Event>,
}

impl Server {
    fn serve(&mut self, events: &Receiver<Event>) -> Result<Ending, CliError> {
        let mut waiting: VecDeque<Event> = VecDeque::new();
        loop {
            if waiting.is_empty() {
                // Nothing is left to answer: time to check what was edited.
                if let Some(session) = &mut self.session {
                    session.check_edited();
                }
                let Ok(event) = events.recv() else { return Ok(self.ending()) };
                waiting.push_back(event);
            }
            waiting.extend(events.try_iter());
            let cancelled = cancelled(&waiting);
            let Some(event) = waiting.pop_front() else { continue };
            match event {
                Event::Closed => return Ok(self.ending()),
                Event::Unreadable(what) => self.send(protocol::log(&what))?,
                Event::Checked(checked) => {
                    let told = self.session.as_mut().map(|session| session.checked(checked)).unwrap_or_default();
                    self.send_all(told)?;
                }
                Event::Message(Message::Notification(notification)) if notification.method == "exit" => {
                    return Ok(self.ending());
                }
                Event::Message(Message::Notification(notification)) => self.notification(notification)?,
                Event::Message(Message::Request(request)) if cancelled.contains(&request.id) => {
                    let code = ErrorCode::RequestCanceled as i32;
                    self.send(Response::new_err(request.id, code, "cancelled by the client".to_owned()).into())?;
                }
                Event::Message(Message::Request(request)) => self.request(request)?,
                // Answers to our own requests hold nothing that matters.
                Event::Message(Message::Response(_)) => {}
            }
        }
    }

    fn ending(&self) -> Ending {
        if self.state == State::Down { Ending::AsAsked } else { Ending::Early }
    }

    fn notification(&mut self, notification: Notification) -> Result<(), CliError> {
        let Some(session) = self.session.as_mut().filter(|_| self.state == State::Running) else { return Ok(()) };
        let told = session.notification(&notification.method, notification.params);
        self.send_all(told)
    }

    fn request(&mut self, request: Request) -> Result<(), CliError> {
        let Request { id, method, params } = request;
        let response = match (self.state, method.as_str()) {
            (State::New, "initialize") => self.initialize(id, &params),
            (State::New, _) => {
                Response::new_err(id, ErrorCode::ServerNotInitialized as i32, "initialize comes first".to_owned())
            }
            (State::Down, _) => {
                Response::new_err(id, ErrorCode::InvalidRequest as i32, "the server was shut down".to_owned())
            }
            (State::Running, "shutdown") => {
                self.state = State::Down;
                Response::new_ok(id, Value::Null)
            }
            (State::Running, "initialize") => {
                Response::new_err(id, ErrorCode::InvalidRequest as i32, "initialized already".to_owned())
            }
            (State::Running, method) => match self.session.as_ref().map(|session| session.request(method, params)) {
                Some(requests::Answer::Result(result)) => Response::new_ok(id, result),
                Some(requests::Answer::BadParams(what)) => Response::new_err(id, ErrorCode::InvalidParams as i32, what),
                Some(requests::Answer::Unknown) | None => {
                    Response::new_err(id, ErrorCode::MethodNotFound as i32, format!("no method {method} here"))
                }
            },
        };
        self.send(response.into())
    }

    fn initialize(&mut self, id: RequestId, params: &Value) -> Response {
        let client = client::Client::of(params);
        let answer = client.answer();
        match Session::new(client, &self.sender) {
            Ok(session) => {
                self.session = Some(session);
                self.state = State::Running;
                Response::new_ok(id, answer)
            }
            Err(error) => Response::new_err(id, ErrorCode::InternalError as i32, format!("cannot start: {error}")),
        }
    }

    fn send_all(&mut self, messages: Vec<Message>) -> Result<(), CliError> {
        messages.into_iter().try_for_each(|message| self.send(message))
    }

    fn send(&mut self, message: Message) -> Result<(), CliError> {
        message.write(&mut self.out).map_err(|source| CliError::Stdout { source })
    }
}

/// The requests that the client gave up before they were answered.
fn cancelled(events: &VecDeque<Event>) -> BTreeSet<RequestId> {
    let notifications = events.iter().filter_map(|event| match event {
        Event::Message(Message::Notification(notification)) => Some(notification),
        Event::Message(Message::Request(_) | Message::Response(_))
        | Event::Unreadable(_)
        | Event::Closed
        | Event::Checked(_) => None,
    });
    notifications
        .filter(|notification| notification.method == "$/cancelRequest")
        .filter_map(|notification| serde_json::from_value(notification.params.get("id")?.clone()).ok())
        .collect()
}

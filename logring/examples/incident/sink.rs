//! Where the forwarder writes: a file, a pipe or a socket, really written to.

use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{self, ErrorKind, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::options::SINK_DEFAULT;

/// A pipe does not open before somebody reads it, and a host may not answer.
const OPEN_WITHIN: Duration = Duration::from_secs(3);
/// After this, a write to a socket comes back so that the forwarder can see
/// whether the run is over.
const WRITE_TIMEOUT: Duration = Duration::from_millis(200);

/// The sink by name.
#[derive(Clone, Debug, Default)]
pub(crate) enum Target {
    /// [`SINK_DEFAULT`], overwritten.
    #[default]
    Scratch,
    /// A file or a pipe, appended to.
    Path(PathBuf),
    /// A host and a port.
    Tcp(String),
}

impl Target {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            None => Ok(Self::Path(text.into())),
            Some(("tcp", address)) => match address.rsplit_once(':') {
                Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                    Ok(Self::Tcp(address.to_owned()))
                }
                _ => Err("an address is tcp://HOST:PORT".to_owned()),
            },
            Some(_) => Err("a sink is a file, a pipe or tcp://HOST:PORT".to_owned()),
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Scratch => SINK_DEFAULT.to_owned(),
            Self::Path(path) => path.display().to_string(),
            Self::Tcp(address) => format!("tcp://{address}"),
        }
    }
}

/// An open sink, which the forwarders of all variants write to in turn.
pub(crate) enum Sink {
    File(File),
    Tcp(TcpStream),
}

impl Sink {
    /// Opens the sink, or says in one line why not.
    pub(crate) fn open(target: &Target) -> Result<Self, String> {
        let (answer, answers) = mpsc::channel();
        let wanted = target.clone();
        thread::spawn(move || answer.send(Self::open_now(&wanted)));
        match answers.recv_timeout(OPEN_WITHIN) {
            Ok(Ok(sink)) => Ok(sink),
            Ok(Err(error)) => Err(format!("cannot write to {}: {error}", target.name())),
            Err(_) => Err(format!(
                "cannot write to {}: it did not open within {OPEN_WITHIN:?} (does anybody read it?)",
                target.name()
            )),
        }
    }

    fn open_now(target: &Target) -> io::Result<Self> {
        match target {
            Target::Scratch => create(Path::new(SINK_DEFAULT)).map(Self::File),
            Target::Path(path) => OpenOptions::new()
                .append(true)
                .create(true)
                .open(path)
                .map(Self::File),
            Target::Tcp(address) => {
                let mut error = io::Error::other("the host has no address");
                for address in address.to_socket_addrs()? {
                    match TcpStream::connect_timeout(&address, OPEN_WITHIN) {
                        Ok(stream) => {
                            stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
                            return Ok(Self::Tcp(stream));
                        }
                        Err(refused) => error = refused,
                    }
                }
                Err(error)
            }
        }
    }

    /// Writes all of `bytes`, however long the sink takes, until `give_up`.
    ///
    /// A socket asks `give_up` several times a second. A pipe that nobody
    /// empties does not: whoever calls this must be prepared to leave the
    /// thread behind.
    pub(crate) fn write(&self, mut bytes: &[u8], give_up: impl Fn() -> bool) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = match self {
                Self::File(file) => (&*file).write(bytes),
                Self::Tcp(stream) => (&*stream).write(bytes),
            };
            match written {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => bytes = &bytes[written..],
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut if !give_up() => {}
                    ErrorKind::Interrupted => {}
                    _ => return Err(error),
                },
            }
        }
        Ok(())
    }
}

/// Creates a file anew, and the folders on the way to it.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    File::create(path)
}

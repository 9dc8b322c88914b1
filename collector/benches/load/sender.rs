//! A client that costs little: the processors are for the collector.

use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// A connection that is kept.
pub(crate) struct Sender {
    stream: BufReader<TcpStream>,
    answer: Vec<u8>,
}

impl Sender {
    pub(crate) fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            answer: Vec::new(),
        })
    }

    /// Sends a batch; an error unless it is acknowledged.
    pub(crate) fn report(&mut self, body: &str) -> Result<()> {
        let head = format!(
            "POST /v1/reports HTTP/1.1\r\nhost: bench\r\n\
             content-type: application/cloudevents-batch+json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let stream = self.stream.get_mut();
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        self.read()
    }

    pub(crate) fn get(&mut self, path: &str, token: &str) -> Result<()> {
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n");
        self.stream.get_mut().write_all(head.as_bytes())?;
        self.read().with_context(|| path.to_owned())
    }

    fn read(&mut self) -> Result<()> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let is_ok = line.starts_with("HTTP/1.1 200");
        let status = line.clone();
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let header = line.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        self.answer.resize(length, 0);
        self.stream.read_exact(&mut self.answer)?;
        if !is_ok {
            bail!("{}{}", status, String::from_utf8_lossy(&self.answer));
        }
        Ok(())
    }
}

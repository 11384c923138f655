//! Tells systemd when the program is ready and when it stops (sd_notify(3)), so that what is ordered
//! after it starts when the map can be opened.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;

/// Sends `READY=1` or `STOPPING=1` to the socket that the service manager named, if one did.
pub fn tell(socket: Option<&Path>, state: &str) {
    let Some(socket) = socket else { return };
    if let Err(error) = send(socket, state) {
        tracing::warn!(%error, socket = %socket.display(), "the service manager cannot be told «{state}»");
    }
}

fn send(socket: &Path, state: &str) -> io::Result<()> {
    // A socket without a file is written with @ for its first byte.
    let address = match socket.as_os_str().as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(socket)?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_sockets_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let name = format!("pianqu-notify-{}", std::process::id());
        let abstract_address = SocketAddr::from_abstract_name(&name).unwrap();
        for (listener, socket) in [
            (UnixDatagram::bind(&path).unwrap(), path.clone()),
            (UnixDatagram::bind_addr(&abstract_address).unwrap(), format!("@{name}").into()),
        ] {
            send(&socket, "READY=1").unwrap();
            let mut heard = [0; 100];
            let length = listener.recv(&mut heard).unwrap();
            assert_eq!(&heard[..length], b"READY=1");
        }
        assert!(send(&dir.path().join("nobody"), "READY=1").is_err());
    }
}

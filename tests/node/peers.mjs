/** What BroadcastChannel and Web Locks do, among the hosts that share it. */
export function peersOf() {
  const rooms = new Map();
  const locks = new Map();
  const posted = [];
  const peers = {
    posted,
    join(name, listen) {
      const room = rooms.get(name) ?? new Set();
      rooms.set(name, room.add(listen));
      return {
        post: (message) => {
          posted.push(message);
          for (const other of room) if (other !== listen) other(structuredClone(message));
        },
        leave: () => void room.delete(listen),
      };
    },
    alone(name, run) {
      const before = locks.get(name) ?? Promise.resolve();
      const mine = before.then(run, run);
      locks.set(name, mine.catch(() => {}));
      return mine;
    },
    rooms,
  };
  return peers;
}

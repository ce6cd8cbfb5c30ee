// Listens to a gateway. A browser that slept, a gateway that restarted, a network that was gone: it begins again.

const REOPEN_AFTER = 5_000;
const CLOSE_WHEN_HIDDEN = 30_000;

export function listen(gateway, changed) {
  let source = null;
  let openedAt = 0;
  let hiding = null;

  const open = () => {
    source?.close();
    openedAt = Date.now();
    source = new EventSource(new URL("events", gateway.url), { withCredentials: true });
    source.onmessage = (event) => {
      gateway.take(JSON.parse(event.data), Date.now());
      changed();
    };
  };

  const close = () => {
    source?.close();
    source = null;
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(close, CLOSE_WHEN_HIDDEN);
    }
    else if (source === null || Date.now() - gateway.heardAt > REOPEN_AFTER) {
      open();
    }
  });
  setInterval(() => {
    if (source !== null && Date.now() - Math.max(gateway.heardAt, openedAt) > REOPEN_AFTER) {
      open();
    }
  }, 1_000);
  open();
}

/* The socket: logs in, asks (JSON-RPC 2.0), receives the stream, and comes back by itself after it was lost. */

const FIRST_WAIT = 500, LONGEST_WAIT = 15000, ANSWER_TIME = 30000;
const SIGNED_OUT = [4001, 4003];
const KEY = "perfwatch-token";

export class RpcError extends Error {
  constructor({ code, message, data }) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** Events: `open` (logged in), `login` (a login is needed; detail: why), `away` (detail: seconds until the next try), `sample`. */
export class Session extends EventTarget {
  #socket = null;
  #waiting = new Map();
  #next = 1;
  #delay = FIRST_WAIT;
  #timer = 0;
  me = null;

  get token() { return localStorage.getItem(KEY) ?? ""; }
  set token(value) { value ? localStorage.setItem(KEY, value) : localStorage.removeItem(KEY); }
  get live() { return this.#socket?.readyState === WebSocket.OPEN && this.me !== null; }

  connect() {
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = this.#socket = new WebSocket(`${scheme}//${location.host}/api/ws`);
    socket.onopen = () => this.#resume();
    socket.onmessage = event => this.#received(JSON.parse(event.data));
    socket.onclose = event => { if (socket === this.#socket) this.#lost(event); };
  }

  /** The result of a method; rejects with RpcError, or with Error when the connection goes. */
  call(method, params = {}) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.reject(new Error("PerfWatch cannot be reached just now"));
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, null, new Error("PerfWatch did not answer in time")), ANSWER_TIME);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  async login(username, password) {
    const granted = await this.call("auth.login", { username, password });
    this.token = granted.access_token;
    await this.#enter(await this.call("auth.me"));
  }

  async changePassword(old_password, new_password) {
    const granted = await this.call("auth.password", { old_password, new_password });
    this.token = granted.access_token;
    await this.#enter(await this.call("auth.me"));
  }

  logout() {
    this.token = "";
    this.me = null;
    this.call("auth.logout").catch(() => {});
    this.#ask("");
  }

  async #resume() {
    this.#delay = FIRST_WAIT;
    if (!this.token) return this.#ask("");
    try {
      await this.#enter(await this.call("auth.token", { token: this.token }));
    } catch (error) {
      if (!(error instanceof RpcError)) return;
      this.token = "";
      this.#ask(error.message);
    }
  }

  async #enter(me) {
    this.me = me;
    this.dispatchEvent(new CustomEvent("open", { detail: me }));
    if (!me.must_change_password) await this.call("metrics.subscribe");
  }

  #ask(why) {
    this.me = null;
    this.dispatchEvent(new CustomEvent("login", { detail: why }));
  }

  #received(message) {
    if (message.method === "metrics") {
      this.dispatchEvent(new CustomEvent("sample", { detail: message.params }));
    } else if (message.id != null) {
      this.#settle(message.id, message.result, message.error && new RpcError(message.error));
    }
  }

  #settle(id, result, error) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    error ? waiting.reject(error) : waiting.resolve(result);
  }

  #lost(event) {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, null, new Error("the connection was lost"));
    const loggedIn = this.me !== null;
    this.me = null;
    if (SIGNED_OUT.includes(event.code)) {
      this.token = "";
      this.#ask(loggedIn ? event.reason : "");
      this.connect();
      return;
    }
    // A little chance, so that a thousand pages do not come back in the same instant.
    const wait = this.#delay * (0.8 + 0.4 * Math.random());
    this.#delay = Math.min(this.#delay * 2, LONGEST_WAIT);
    this.dispatchEvent(new CustomEvent("away", { detail: wait / 1000 }));
    this.#timer = setTimeout(() => this.connect(), wait);
  }
}

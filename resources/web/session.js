/* The socket: logs in, asks (JSON-RPC 2.0), receives the stream, and comes back by itself after it was lost. */

const FIRST_WAIT = 500, LONGEST_WAIT = 15000, ANSWER_TIME = 30000, PROBE_TIME = 5000;
// The server closes with these where a token is good no longer.
const SIGNED_OUT = [4001, 4003];
// The error of a server that cannot know yet who may log in: its database is starting.
const UNAVAILABLE = -32050;
const KEY = "perfwatch-token";
const AWAY = "PerfWatch cannot be reached just now; trying again";

export class RpcError extends Error {
  constructor({ code, message, data }) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/**
 * Events: `open` (logged in; detail: who, and the age in seconds of the newest sample), `login` (a login is needed; detail: why), `away` (lost;
 * `retryAt` is when it tries again), `sample`. Without a token there is no socket: one is opened to log in.
 */
export class Session extends EventTarget {
  #socket = null;
  #waiting = new Map();
  #next = 1;
  #delay = FIRST_WAIT;
  #timer = 0;
  #used = "";
  #refused = "";
  #probing = false;
  #entered = false;
  me = null;
  /** When the next try is, in milliseconds of performance.now(); 0 while connected or trying. */
  retryAt = 0;

  constructor() {
    super();
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#hurry(); });
    addEventListener("storage", event => { if (event.key === KEY) this.#elsewhere(event.newValue ?? ""); });
  }

  get token() { return localStorage.getItem(KEY) ?? ""; }
  set token(value) { value ? localStorage.setItem(KEY, value) : localStorage.removeItem(KEY); }
  get live() { return this.#open && this.#entered; }
  get #open() { return this.#socket?.readyState === WebSocket.OPEN; }

  get #hopeful() { return this.token !== "" && this.token !== this.#refused; }

  start() { this.token ? this.#connect() : this.#ask(""); }

  /** The result of a method; rejects with RpcError, or with Error when the connection goes. */
  call(method, params = {}, patience = ANSWER_TIME) {
    if (!this.#open) return Promise.reject(new Error(AWAY));
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, null, new Error("PerfWatch did not answer in time")), patience);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  async login(username, password) {
    await this.#connected();
    this.#grant(await this.call("auth.login", { username, password }));
    await this.#enter(await this.call("auth.me"));
  }

  async changePassword(old_password, new_password) {
    this.#grant(await this.call("auth.password", { old_password, new_password }));
    await this.#enter(await this.call("auth.me"));
  }

  logout() {
    this.token = "";
    this.#leave("");
  }

  /** Look whether a connection that has fallen silent is one; a dead one is replaced. */
  async probe() {
    if (!this.live || this.#probing) return;
    this.#probing = true;
    const socket = this.#socket;
    try {
      await this.call("health", {}, PROBE_TIME);
    } catch {
      if (socket === this.#socket) this.#again();
    } finally {
      this.#probing = false;
    }
  }

  /** A socket that is open, a new one where there is none. */
  #connected() {
    if (this.#open) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#connect(resolve);
      this.#socket.addEventListener("close", () => reject(new Error("PerfWatch cannot be reached just now; try again")));
    });
  }

  #connect(opened = () => this.#resume()) {
    clearTimeout(this.#timer);
    this.retryAt = 0;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = this.#socket = new WebSocket(`${scheme}//${location.host}/api/ws`);
    socket.onopen = opened;
    socket.onmessage = event => { if (socket === this.#socket) this.#received(JSON.parse(event.data)); };
    socket.onclose = event => { if (socket === this.#socket) this.#lost(event); };
  }

  #grant({ access_token }) {
    this.#used = access_token;
    this.token = access_token;
  }

  async #resume() {
    this.#used = this.token;
    try {
      await this.#enter(await this.call("auth.token", { token: this.#used }));
    } catch (error) {
      // anything else is the connection's trouble, and it comes back by itself
      if (!(error instanceof RpcError)) return;
      if (error.code === UNAVAILABLE) this.#again();
      else this.#signedOut(error.message);
    }
  }

  async #enter(me) {
    const { last_sample_seconds } = await this.call("health");
    this.#delay = FIRST_WAIT;
    this.#entered = true;
    this.me = me;
    this.dispatchEvent(new CustomEvent("open", { detail: { me, age: last_sample_seconds ?? 0 } }));
    if (!me.must_change_password) await this.call("metrics.subscribe");
  }

  #ask(why) {
    this.#entered = false;
    this.me = null;
    this.#used = "";
    this.dispatchEvent(new CustomEvent("login", { detail: why }));
  }

  /**
   * The token is good no longer. It stays where it is: the tab that made it void by a new password is about to put
   * the next one there, or has already.
   */
  #signedOut(why) {
    this.#refused = this.#used;
    if (this.#hopeful) this.#connect();
    else this.#leave(why);
  }

  #leave(why) {
    const socket = this.#socket;
    this.#socket = null;
    this.#abandon();
    clearTimeout(this.#timer);
    this.retryAt = 0;
    socket?.close();
    this.#ask(why);
  }

  /** Another tab logged in, out, or changed the password. */
  #elsewhere(token) {
    if (!token && this.#used) this.#leave("logged out in another tab");
    else if (token && !this.#used) this.#connect();
  }

  #received(message) {
    if (message.method === "metrics") this.dispatchEvent(new CustomEvent("sample", { detail: message.params }));
    else if (message.id != null) this.#settle(message.id, message.result, message.error && new RpcError(message.error));
  }

  #settle(id, result, error) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    error ? waiting.reject(error) : waiting.resolve(result);
  }

  #abandon() {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, null, new Error("the connection was lost"));
  }

  #lost(event) {
    this.#socket = null;
    this.#entered = false;
    this.#abandon();
    // A socket that was opened only to log in leaves the sheet as it is.
    if (!this.#used && !this.#hopeful) return;
    if (SIGNED_OUT.includes(event.code)) this.#signedOut(event.reason);
    else this.#later();
  }

  /** Leave a socket that is of no use, and come back later. */
  #again() {
    const socket = this.#socket;
    this.#lost({ code: 1013 });
    socket.close();
  }

  #later() {
    // A little chance, so that a thousand pages do not come back in the same instant.
    const wait = this.#delay * (0.8 + 0.4 * Math.random());
    this.#delay = Math.min(this.#delay * 2, LONGEST_WAIT);
    this.retryAt = performance.now() + wait;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.dispatchEvent(new Event("away"));
  }

  /** Do not wait out the back-off when there is reason to think that it works now. */
  #hurry() {
    if (this.retryAt) this.#connect();
  }
}

package io.openclaw.tokenbucket.limiter.port;

/**
 * The requests of the request path to replication. Called on request threads: must be
 * thread-safe, return at once and do no I/O.
 */
public interface ReplicationSignal {

	/** Asks nothing, where there is no replication. */
	ReplicationSignal NONE = new ReplicationSignal() {

		@Override
		public void flushWanted() {
		}

		@Override
		public void acknowledgementWanted() {
		}

	};

	/**
	 * A bucket has unpublished spending worth a batch of its own.
	 */
	void flushWanted();

	/**
	 * A request waits until peers acknowledge what was spent.
	 */
	void acknowledgementWanted();

	/**
	 * A limit was changed here, and the others should know soon.
	 * @param limit its name
	 */
	default void limitChanged(String limit) {
	}

}

package io.openclaw.tokenbucket.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Holds back what is written through it while it is shut. Thread-safe.
 */
final class Valve {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition opened = this.lock.newCondition();

	private boolean shut;

	void shut(boolean shut) {
		this.lock.lock();
		try {
			this.shut = shut;
			this.opened.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	OutputStream before(OutputStream target) {
		return new FilterOutputStream(target) {

			@Override
			public void write(byte[] bytes, int offset, int length) throws IOException {
				pass();
				this.out.write(bytes, offset, length);
			}

			@Override
			public void write(int single) throws IOException {
				pass();
				this.out.write(single);
			}

		};
	}

	private void pass() throws IOException {
		this.lock.lock();
		try {
			while (this.shut) {
				this.opened.await();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException();
		}
		finally {
			this.lock.unlock();
		}
	}

}

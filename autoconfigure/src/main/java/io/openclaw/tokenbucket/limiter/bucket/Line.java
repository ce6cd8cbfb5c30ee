package io.openclaw.tokenbucket.limiter.bucket;

import java.util.Collection;
import java.util.List;

import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * The line of requests that wait for credit. Each bucket has one: its parts know it by
 * this interface, as they would form a circle with it otherwise.
 */
public interface Line {

	/**
	 * The bucket whose credit they wait for.
	 */
	BucketKey key();

	/**
	 * Looks at the requests in line, first come first served.
	 * @return what tells those that need not wait any longer, to be delivered without any
	 * lock held
	 */
	List<Notice> answerLine(long now);

	/**
	 * Serves a line and those that may move in consequence: in turn and not within each
	 * other, since lines may be long and free each other.
	 */
	static void serve(Line line, long now) {
		Collection<? extends Line> freed = deliver(line.answerLine(now));
		while (!freed.isEmpty()) {
			freed = freed.stream().flatMap((next) -> deliver(next.answerLine(now)).stream()).toList();
		}
	}

	private static Collection<? extends Line> deliver(List<Notice> notices) {
		return notices.isEmpty() ? List.of() : notices.stream().flatMap((notice) -> notice.deliver().stream()).toList();
	}

	/**
	 * Tells one request how its wait ended.
	 */
	@FunctionalInterface
	interface Notice {

		/**
		 * Delivers the notice.
		 * @return lines that may move, since tokens held there were released
		 */
		Collection<? extends Line> deliver();

	}

}

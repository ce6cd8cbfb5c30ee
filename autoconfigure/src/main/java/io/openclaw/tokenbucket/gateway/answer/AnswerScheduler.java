package io.openclaw.tokenbucket.gateway.answer;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;

import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * Runs the writing of an answer once the event loop is done with what it reads. An answer
 * from within that read, right after one that was routed, can leave the connection
 * unread: reactor/reactor-netty#4361.
 */
final class AnswerScheduler {

	private AnswerScheduler() {
	}

	/**
	 * The scheduler for a response.
	 * @return the event loop of its connection, which spares a change of threads; other
	 * threads where the server is not Reactor Netty
	 */
	static Scheduler of(ServerHttpResponse response) {
		// As a mere executor: for a service of threads Reactor does more than the task.
		return (nativeResponse(response) instanceof Connection connection)
				? Schedulers.fromExecutor(connection.channel().eventLoop()::execute) : Schedulers.parallel();
	}

	private static @Nullable Object nativeResponse(ServerHttpResponse response) {
		try {
			return ServerHttpResponseDecorator.getNativeResponse(response);
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			// A mock, or a response that hides its server.
			return null;
		}
	}

}

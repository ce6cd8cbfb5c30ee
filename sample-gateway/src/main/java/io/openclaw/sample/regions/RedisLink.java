package io.openclaw.sample.regions;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/**
 * The network between a region and Redis. It can be cut: then all connections end, and
 * new ones end at once. Thread-safe.
 */
final class RedisLink implements AutoCloseable {

	private static final String LOOPBACK = "127.0.0.1";

	private final int redisPort;

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	private final DisposableServer server;

	private volatile boolean cut;

	/**
	 * Begins to forward.
	 * @param redisPort where Redis listens on this machine
	 */
	RedisLink(int redisPort) {
		this.redisPort = redisPort;
		this.server = TcpServer.create()
			.host(LOOPBACK)
			.port(0)
			.doOnConnection(this::accept)
			.handle(this::forward)
			.bindNow();
	}

	/**
	 * Where the link listens.
	 * @return the port
	 */
	int port() {
		return this.server.port();
	}

	boolean isCut() {
		return this.cut;
	}

	/**
	 * Cuts the link, or mends it.
	 * @param cutNow whether nothing passes from now on
	 */
	void cut(boolean cutNow) {
		this.cut = cutNow;
		if (cutNow) {
			this.connections.forEach(Connection::dispose);
		}
	}

	private void accept(Connection connection) {
		this.connections.add(connection);
		connection.onDispose(() -> this.connections.remove(connection));
		if (this.cut) {
			connection.dispose();
		}
	}

	private Publisher<Void> forward(NettyInbound requests, NettyOutbound replies) {
		return TcpClient.create().host(LOOPBACK).port(this.redisPort).connect().flatMap((redis) -> {
			Mono<Void> there = redis.outbound().send(requests.receive().retain(), (each) -> true).then();
			Mono<Void> back = replies.send(redis.inbound().receive().retain(), (each) -> true).then();
			return Mono.firstWithSignal(there, back).doFinally((signal) -> redis.dispose());
		}).onErrorComplete();
	}

	@Override
	public void close() {
		this.server.disposeNow();
	}

}

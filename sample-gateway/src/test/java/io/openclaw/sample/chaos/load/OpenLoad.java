package io.openclaw.sample.chaos.load;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Phaser;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.sample.chaos.fleet.Fleet;

/**
 * Sends requests at random times, on average so many a second, however slowly they are
 * answered, each to a random gateway that is in service. The latency of a request counts
 * from when it was to be sent, so that what holds up the sender is not left out.
 * Thread-safe.
 */
public final class OpenLoad implements AutoCloseable {

	private static final long IDLE_NANOS = 1_000_000;

	private final Fleet fleet;

	private final List<Stream> streams;

	private final Random random;

	private final Phaser unanswered = new Phaser(1);

	private final Thread sender = new Thread(this::send, "load");

	private volatile Window phase = new Window();

	private volatile Window second = new Window();

	private volatile boolean stopped;

	/**
	 * Creates the load. Nothing is sent yet.
	 * @param fleet whom to ask
	 * @param streams what for
	 * @param seed of the random numbers
	 */
	public OpenLoad(Fleet fleet, List<Stream> streams, long seed) {
		this.fleet = fleet;
		this.streams = List.copyOf(streams);
		this.random = new Random(seed);
		this.sender.setDaemon(true);
	}

	/**
	 * Sends requests only as fast as they are answered, as gateways that have just
	 * started bear no more. Waits until it is done.
	 * @param callers how many ask at the same time
	 * @param enough when no further request is to be sent
	 */
	public void warmUp(int callers, BooleanSupplier enough) {
		CompletableFuture<?>[] all = new CompletableFuture<?>[callers];
		for (int i = 0; i < callers; i++) {
			all[i] = sendNext(enough);
		}
		CompletableFuture.allOf(all).join();
	}

	private CompletableFuture<Void> sendNext(BooleanSupplier enough) {
		if (enough.getAsBoolean()) {
			return CompletableFuture.completedFuture(null);
		}
		double perSecond = this.streams.stream().mapToDouble(Stream::rate).sum();
		return send(choose(perSecond), System.nanoTime()).thenComposeAsync((answered) -> sendNext(enough));
	}

	/**
	 * Starts to send.
	 */
	public void start() {
		this.sender.start();
	}

	/**
	 * Begins a phase.
	 * @return the answers to requests that are sent from now on until the next phase
	 */
	public Window beginPhase() {
		Window begun = new Window();
		this.phase = begun;
		return begun;
	}

	/**
	 * Ends a second.
	 * @return the answers since the last such call
	 */
	public Window endSecond() {
		Window ended = this.second;
		this.second = new Window();
		return ended;
	}

	/**
	 * Stops sending, and waits for the last answer.
	 */
	public void stop() {
		close();
		this.unanswered.arriveAndAwaitAdvance();
	}

	@Override
	public void close() {
		this.stopped = true;
		try {
			this.sender.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void send() {
		long next = System.nanoTime();
		while (!this.stopped) {
			double perSecond = this.streams.stream().mapToDouble(Stream::rate).sum();
			if (perSecond > 0) {
				next += (long) (-Math.log(1 - this.random.nextDouble()) / perSecond * 1e9);
				for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
					LockSupport.parkNanos(left);
				}
				send(choose(perSecond), next);
			}
			else {
				LockSupport.parkNanos(IDLE_NANOS);
				next = System.nanoTime();
			}
		}
	}

	private Stream choose(double perSecond) {
		double left = this.random.nextDouble() * perSecond;
		for (Stream stream : this.streams) {
			left -= stream.rate();
			if (left < 0) {
				return stream;
			}
		}
		return this.streams.get(0);
	}

	private CompletableFuture<Void> send(Stream stream, long due) {
		List<String> members = this.fleet.inService();
		String member = members.get(this.random.nextInt(members.size()));
		Window sentIn = this.phase;
		this.unanswered.register();
		stream.sent(due);
		return this.fleet.request(member, stream.path(), "X-API-Key", stream.key(this.random))
			.handle((response, failure) -> {
				answered(stream, member, sentIn, due, response, failure);
				this.unanswered.arriveAndDeregister();
				return null;
			});
	}

	private void answered(Stream stream, String member, Window sentIn, long due,
			@Nullable HttpResponse<String> response, @Nullable Throwable failure) {
		long now = System.nanoTime();
		Stream.Kind kind = stream.answered((response != null) ? response.statusCode() : 0, now);
		double millis = (now - due) / 1e6;
		sentIn.answered(member, kind, millis);
		this.second.answered(member, kind, millis);
		if (kind == Stream.Kind.ERROR) {
			Throwable cause = (failure instanceof CompletionException) ? failure.getCause() : failure;
			sentIn.error(member + ": " + ((response != null) ? response.statusCode() : String.valueOf(cause)));
		}
	}

}

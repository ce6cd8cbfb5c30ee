package io.openclaw.tokenbucket.resilience;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * Decides when this process is fast enough to judge upstreams by their time.
 * Implementations must be thread-safe and quick: they are called with every answer until
 * the warm-up is over.
 */
@FunctionalInterface
public interface WarmUp {

	/** For a process that is fast from the start. */
	WarmUp NONE = () -> true;

	/**
	 * An upstream has answered. Decides whether its time says something about the
	 * upstream.
	 * @return whether this process is warm; once true, always true
	 */
	boolean isOver();

	/**
	 * A warm-up by the compiler of the JVM. It is over once the compiler rests while
	 * requests pass, at the latest a minute after the first answer.
	 * @param clock measures elapsed time
	 * @return the warm-up of this JVM; {@link #NONE} if the program runs without a
	 * compiler, as in a native image
	 */
	static WarmUp ofJvm(NanoClock clock) {
		@Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
		return (compiler != null && compiler.isCompilationTimeMonitoringSupported())
				? new CompilerWarmUp(compiler::getTotalCompilationTime, clock) : NONE;
	}

}

package io.openclaw.tokenbucket.resilience;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * Tells when this process is fast enough to judge others by how long they take. Must be
 * thread-safe and quick: it is asked with every answer until the warm-up is over.
 */
@FunctionalInterface
public interface WarmUp {

	/** For a process that is fast from the start. */
	WarmUp NONE = () -> true;

	/**
	 * An upstream has answered. Tells whether the time that it took says something about
	 * the upstream.
	 * @return whether this process is warm; once true, always true
	 */
	boolean isOver();

	/**
	 * Knows that a JVM is warm by its compiler: over once the compiler rests while
	 * requests pass, at the latest a minute after the first answer.
	 * @param clock measures elapsed time
	 * @return the warm-up of this JVM; {@link #NONE} where nothing is compiled while the
	 * program runs, as in a native image
	 */
	static WarmUp ofJvm(NanoClock clock) {
		@Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
		return (compiler != null && compiler.isCompilationTimeMonitoringSupported())
				? new CompilerWarmUp(compiler::getTotalCompilationTime, clock) : NONE;
	}

}

package io.openclaw.tokenbucket.benchmark;

/**
 * The heap of this process.
 */
public final class Heap {

	private Heap() {
	}

	/**
	 * What is in use once nothing more can be collected.
	 * @return bytes
	 */
	public static long usedAfterCollection() {
		Runtime runtime = Runtime.getRuntime();
		for (int i = 0; i < 4; i++) {
			System.gc();
		}
		return runtime.totalMemory() - runtime.freeMemory();
	}

}

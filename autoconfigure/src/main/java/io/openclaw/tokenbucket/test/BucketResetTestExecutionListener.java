package io.openclaw.tokenbucket.test;

import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/**
 * Has every test method begin with fresh buckets, and limits as they are configured,
 * where the context has {@link TestBuckets}. The context itself stays, and can be cached.
 */
final class BucketResetTestExecutionListener implements TestExecutionListener {

	@Override
	public void beforeTestMethod(TestContext test) {
		if (test.hasApplicationContext()) {
			test.getApplicationContext().getBeanProvider(TestBuckets.class).ifAvailable(TestBuckets::reset);
		}
	}

}

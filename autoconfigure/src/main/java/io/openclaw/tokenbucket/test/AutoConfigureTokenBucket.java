package io.openclaw.tokenbucket.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.test.context.TestPropertySource;

/**
 * Put on a test class, makes the limits of the application testable: they are as
 * configured, share their buckets with no other gateway, need no Redis, and go by a
 * {@link TestClock} that stands still until the test moves it. {@link TestBuckets} shows
 * what is in them. Every test method begins with fresh buckets.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
@TestPropertySource(properties = "openclaw.crdt.enabled=false")
public @interface AutoConfigureTokenBucket {

}

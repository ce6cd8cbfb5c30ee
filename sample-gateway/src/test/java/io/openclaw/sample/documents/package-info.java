/**
 * What stands in {@code docs} and in the project's files beside code: whether it is what
 * the tools that read it take.
 */
@NullMarked
package io.openclaw.sample.documents;

import org.jspecify.annotations.NullMarked;

/**
 * Files of what a gateway consumed and saw, for whoever must prove that nothing was
 * counted twice, or play again what happened.
 */
@NullMarked
package io.openclaw.tokenbucket.observability.audit;

import org.jspecify.annotations.NullMarked;

<?php
require __DIR__ . '/lib.php';

function line( $product, $quantity, $variation = '', $chosen = array() ) {
	return array( 'product_id' => $product, 'variation_id' => $variation, 'quantity' => (float) $quantity, 'price' => 1.0, 'variation' => $chosen );
}

check( 'an empty cart gets all of the kept one', function () {
	same( array( line( '1', 2 ), line( '2', 1 ) ), array_map( 'in_order', Vitrine_Recovery::missing( array(), array( line( '1', 2 ), line( '2', 1 ) ) ) ) );
} );

check( 'a fuller cart loses nothing and gets only what lacks', function () {
	$here = array( line( '1', 5 ), line( '9', 1 ) );
	same( array( line( '2', 3 ) ), array_map( 'in_order', Vitrine_Recovery::missing( $here, array( line( '1', 2 ), line( '2', 3 ) ) ) ) );
	same( array( line( '1', 2 ) ), array_map( 'in_order', Vitrine_Recovery::missing( array( line( '1', 1 ) ), array( line( '1', 3 ) ) ) ) );
} );

check( 'the same thing on several lines counts together', function () {
	$here = array( line( '1', 1 ), line( '1', 1 ) );                        // One of them at an offer's price.
	same( array( line( '1', 1 ) ), array_map( 'in_order', Vitrine_Recovery::missing( $here, array( line( '1', 2 ), line( '1', 1 ) ) ) ) );
} );

check( 'variations and choices are things of their own', function () {
	$small = line( '1', 1, '11', array( 'attribute_size' => 's', 'attribute_colour' => 'red' ) );
	$same  = line( '1', 1, '11', array( 'attribute_colour' => 'red', 'attribute_size' => 's' ) );
	$large = line( '1', 1, '12', array( 'attribute_size' => 'l' ) );
	same( array( $large ), array_map( 'in_order', Vitrine_Recovery::missing( array( $small ), array( $same, $large ) ) ) );
} );

check( 'opened twice it adds nothing', function () {
	$lines = array( line( '1', 2 ), line( '2', 1, '21' ) );
	same( array(), Vitrine_Recovery::missing( $lines, $lines ) );
} );

/** Members in the order of line(). */
function in_order( $line ) {
	return line( $line['product_id'], $line['quantity'], $line['variation_id'], $line['variation'] );
}

/* The setup page with a script: buttons say that they are at work, and the status follows the copying of the shop.
 * Without it all works the same, by loading the page again. */
( function ( said ) {
	'use strict';

	var BUSY_MS = 2000, CALM_MS = 30000;
	var live = document.getElementById( 'vitrine-live' );
	var heard = document.getElementById( 'vitrine-heard' );

	document.querySelectorAll( '.vitrine form' ).forEach( function ( form ) {
		form.addEventListener( 'submit', function ( event ) {
			var button = form.querySelector( 'button' );
			if ( button.getAttribute( 'aria-disabled' ) === 'true' ) {
				event.preventDefault();
				return;
			}
			button.setAttribute( 'aria-disabled', 'true' );
			button.textContent = said.working;
		} );
	} );

	function take( answer ) {
		var ran = live.dataset.running === '1';
		live.innerHTML = answer.html; // Drawn and escaped by Vitrine_Admin_Page::draw_status().
		live.dataset.running = answer.running ? '1' : '0';
		if ( ran && ! answer.running ) {
			heard.textContent = said.done;
		}
	}

	function ask() {
		var body = new URLSearchParams( { action: 'vitrine_status', nonce: said.nonce } );
		return fetch( said.url, { method: 'POST', body: body, credentials: 'same-origin' } )
			.then( function ( response ) { return response.json(); } )
			.then( function ( answer ) {
				if ( answer.success ) {
					take( answer.data );
				}
			} )
			.catch( function () {} ); // The next look may go better.
	}

	function follow() {
		setTimeout( function () {
			( document.hidden ? Promise.resolve() : ask() ).then( follow );
		}, live.dataset.running === '1' ? BUSY_MS : CALM_MS );
	}

	if ( live ) {
		follow();
	}
} )( window.vitrineAdmin );
